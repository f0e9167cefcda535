"""Files and folders -> submissions."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from grader.errors import IntakeError, UsageError
from grader.intake.scripts import read_script
from grader.intake.submission import Submission, digest_files
from grader.results import Student

MAX_FILES = 2000

_HOMEWORK = re.compile(
    rb"\bdef (?:flatten|three_layer_convnet)\b|\bclass ThreeLayerConvNet\b|\btrain_part(?:2|34)\("
)
_SKIPPED_FOLDERS = {"__pycache__", ".git", ".ipynb_checkpoints", ".venv", "venv", "__MACOSX"}


def find_submissions(directory: Path) -> tuple[list[Submission], list[Path]]:
    """The submissions in a folder: a `.py` file or a folder each, by name.

    Returns:
        The submissions, broken ones included (with a `problem`), and the files that were passed
        over because they are neither.

    Raises:
        UsageError: there is no such folder, or nothing in it.
    """
    if not directory.is_dir():
        raise UsageError(f"There is no folder {directory}. Name the folder of submissions.")
    paths: list[Path] = []
    passed_over: list[Path] = []
    for path in sorted(directory.iterdir()):
        if path.name.startswith(".") or path.name in _SKIPPED_FOLDERS:
            continue
        (paths if path.is_dir() or path.suffix == ".py" else passed_over).append(path)
    if not paths:
        raise UsageError(f"{directory} holds no submission: no folder and no .py file.")
    stems = Counter(_stem(path) for path in paths)
    submissions = [
        read_submission(path, path.name if stems[_stem(path)] > 1 else None) for path in paths
    ]
    return submissions, passed_over


def read_submission(path: Path, submission_id: str | None = None) -> Submission:
    """Read one submission; one that cannot be read has a `problem` and no cells.

    Args:
        path: a `.py` file, or a folder with at least one.
        submission_id: its id; the name without the suffix when None.

    Raises:
        UsageError: there is no such file or folder.
    """
    if not path.exists():
        raise UsageError(f"There is no file or folder {path}. Check the name.")
    name = submission_id or _stem(path)
    if path.is_dir():
        return _read_folder(path, name)
    return _read(name, path.parent, (path.name,), path.name, "file")


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _read_folder(folder: Path, name: str) -> Submission:
    try:
        files = tuple(_files(folder))
        entry = _entry(folder, files)
    except (OSError, IntakeError) as error:
        return _broken(name, folder, str(error))
    return _read(name, folder, files, entry, "folder")


def _read(
    name: str, root: Path, files: tuple[str, ...], entry: str, layout: str
) -> Submission:
    try:
        digest = digest_files(root, files)
        script = read_script(root / entry, entry)
    except OSError as error:
        return _broken(name, root, f"{error.filename} cannot be read: {error.strerror}.", files)
    except IntakeError as error:
        return _broken(name, root, str(error), files, entry)
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry,
        layout="file" if layout == "file" else "folder",
        digest=digest,
        cells=(script.cell,),
        notes=(script.note,) if script.note else (),
    )


def _broken(
    name: str, root: Path, problem: str, files: tuple[str, ...] = (), entry: str | None = None
) -> Submission:
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry,
        layout="folder" if root.name == name else "file",
        digest="",
        problem=problem,
    )


def _files(folder: Path) -> Iterator[str]:
    """Names of the regular files below `folder`; links are never followed."""
    count = 0
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(directory, name)
            if path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > MAX_FILES:
                raise IntakeError(
                    f"{folder.name} holds more than {MAX_FILES:,} files. Hand in your work alone."
                )
            yield path.relative_to(folder).as_posix()


def _entry(folder: Path, files: tuple[str, ...]) -> str:
    """The script that is run: the one with most of the homework in it, else the first by name."""
    scripts = [name for name in files if name.endswith(".py")]
    if not scripts:
        raise IntakeError(f"{folder.name} holds no .py file. Hand in your script.")
    if len(scripts) == 1:
        return scripts[0]
    sources = {name: _beginning(folder / name) for name in scripts}
    return max(scripts, key=lambda name: (len(set(_HOMEWORK.findall(sources[name]))),
                                          name.count("/") == 0, -scripts.index(name)))  # fmt: skip


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1 << 20)
