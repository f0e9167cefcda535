"""Files of a download put together in a folder of ours, under their authors' names.

What is put there may be a second name of a file of the download itself, a hard link. So nothing is
ever opened for writing that is there already: it would change what its owner has.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.files import open_regular
from grader.intake.discovery import list_files
from grader.intake.entry_names import EntryRefused, composed, safe_path
from grader.intake.layouts import Part
from grader.intake.names import numbered


def unused(path: Path) -> Path:
    """The path, or with a number before its suffix where something of that name is there."""
    free, number = path, 1
    while os.path.lexists(free):
        number += 1
        free = path.with_name(numbered(path.name, number))
    return free


def stage(parts: Sequence[tuple[Path, Part]], folder: Path) -> None:
    """Put files, and the contents of folders, into a folder under their authors' names.

    A folder that holds a name which another part has as well stays a folder, under the name that it
    has in the download; a second file of one name keeps that name, too.

    Args:
        parts: where each part of a hand-in lies, and what its author called it.
        folder: an empty folder of ours.

    Raises:
        IntakeError: a folder holds more than a homework.
        OSError: something cannot be linked or copied.
    """
    wanted = [(source, _wanted(source, part)) for source, part in parts]
    holders = Counter(top for _, files in wanted for top in _tops(files))
    for source, files in wanted:
        below = folder
        if source.is_dir() and any(holders[top] > 1 for top in _tops(files)):
            below = unused(folder / source.name)
        for name, file in files.items():
            own = below / name
            if not source.is_dir() and os.path.lexists(own):
                own = own.with_name(source.name)
            _link(file, unused(own))


def _wanted(source: Path, part: Part) -> dict[str, Path]:
    """The files of a part, by the names that they are to have."""
    if not source.is_dir():
        return {_own_name(part): source}
    below = PurePosixPath(_own_name(part) if part.name else "")
    return {(below / file).as_posix(): source / file for file in list_files(source)}


def _tops(files: Mapping[str, Path]) -> set[str]:
    """The names that files take at the top; case does not count on every file system."""
    return {name.partition("/")[0].casefold() for name in files}


def _own_name(part: Part) -> str:
    """The author's name of a file, which others wrote down and which must lead nowhere."""
    try:
        # Blackboard writes it with the folders that it had on its author's Windows.
        path = composed(part.name or part.source).replace("\\", "/")
        name = PurePosixPath(safe_path(path)).name
    except EntryRefused:
        return part.source
    return name or part.source


def _link(source: Path, target: Path) -> None:
    """Make a file stand in a second place: by a hard link, which costs nothing, else by a copy.

    Raises:
        OSError: it can be neither, or something stands there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        with open_regular(source) as original, target.open("xb") as copy:
            shutil.copyfileobj(original, copy)
