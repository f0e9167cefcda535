"""Files of a download put together in a folder of ours, under their authors' names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

from grader.intake.discovery import list_files
from grader.intake.entry_names import EntryRefused, safe_path
from grader.intake.layouts import Part


def unused(path: Path) -> Path:
    """The path, or with a number behind it where something of that name is there."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def stage(source: Path, folder: Path, part: Part) -> None:
    """Put a file, or the content of a folder, into a folder under its author's name."""
    if source.is_dir():
        below = folder / _own_name(part) if part.name else folder
        for file in list_files(source):
            _link(source / file, _free(below / file, source.name))
        return
    _link(source, _free(folder / _own_name(part), source.name))


def _own_name(part: Part) -> str:
    """The author's name of a file, which others wrote down and which must lead nowhere."""
    try:
        name = PurePosixPath(safe_path(part.name or part.source)).name
    except EntryRefused:
        return part.source
    return name or part.source


def _free(path: Path, otherwise: str) -> Path:
    """A path that is not taken yet: a second file of one name keeps the name of the download."""
    return path if not path.exists() else path.with_name(otherwise)


def _link(source: Path, target: Path) -> None:
    """Make a file stand in a second place: by a hard link, which costs nothing, else by a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copyfile(source, target, follow_symlinks=False)
