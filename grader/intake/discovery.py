"""Files and folders -> submissions."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from grader.errors import IntakeError, UsageError
from grader.intake.entries import find_entry, imported_scripts
from grader.intake.scripts import read_script
from grader.intake.submission import Submission, digest_files
from grader.results import Student

MAX_FILES = 2000

Layout = Literal["file", "folder"]

_SKIPPED_FOLDERS = {"__pycache__", "venv", "__MACOSX"}


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
        if _is_skipped(path.name):
            continue
        (paths if path.is_dir() or path.suffix == ".py" else passed_over).append(path)
    if not paths:
        raise UsageError(f"{directory} holds no submission: no folder and no .py file.")
    claims = Counter(claim for path in paths for claim in {path.name, _stem(path)})
    submissions = []
    for path in paths:
        name = _text(_stem(path) if claims[_stem(path)] == 1 else path.name)
        if path.is_symlink():  # it may point at anything on the machine that grades
            problem = f"{_text(path.name)} is a link to another place. Hand in the file itself."
            submissions.append(_broken(name, directory, "file", problem))
        else:
            submissions.append(read_submission(path, name))
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
    path = path.absolute() if path.name not in ("", "..") else path.resolve()
    name = submission_id or _text(_stem(path))
    layout: Layout = "folder" if path.is_dir() else "file"
    if not _is_text(path.name):
        problem = f"The name {_text(path.name)} is not UTF-8. Rename it and hand it in again."
        return _broken(name, path.parent, layout, problem)
    if layout == "folder":
        return _read_folder(path, name)
    if not path.is_file():
        return _broken(name, path.parent, layout, f"{path.name} is no regular file.")
    return _read(name, path.parent, (path.name,), path.name, layout)


def read_own_work(path: Path) -> Submission:
    """Read one submission as its author has it: a script with those beside it that it imports.

    In a folder of many people's files a script stands alone (:func:`read_submission`).

    Raises:
        UsageError: there is no such file or folder.
    """
    submission = read_submission(path)
    if submission.layout == "folder" or submission.problem is not None:
        return submission
    beside = [script.name for script in sorted(submission.root.glob("*.py")) if script.is_file()]
    files = imported_scripts(submission.root, path.name, beside)
    return _read(submission.id, submission.root, files, path.name, "file")


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _read_folder(folder: Path, name: str) -> Submission:
    try:
        files = tuple(_files(folder))
        entry = find_entry(folder, files)
    except OSError as error:
        return _broken(name, folder, "folder", _cannot_be_read(error))
    except IntakeError as error:
        return _broken(name, folder, "folder", str(error))
    return _read(name, folder, files, entry, "folder")


def _read(name: str, root: Path, files: tuple[str, ...], entry: str, layout: Layout) -> Submission:
    try:
        digest = digest_files(root, files)
        script = read_script(root / entry, entry)
    except OSError as error:
        return _broken(name, root, layout, _cannot_be_read(error), files)
    except IntakeError as error:
        return _broken(name, root, layout, str(error), files, entry)
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry,
        layout=layout,
        digest=digest,
        cells=(script.cell,),
        notes=(script.note,) if script.note else (),
    )


def _broken(
    name: str,
    root: Path,
    layout: Layout,
    problem: str,
    files: tuple[str, ...] = (),
    entry: str | None = None,
) -> Submission:
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry,
        layout=layout,
        digest="",
        problem=problem,
    )


def _cannot_be_read(error: OSError) -> str:
    return f"{_text(Path(str(error.filename)).name)} cannot be read: {error.strerror}."


def _files(folder: Path) -> Iterator[str]:
    """Names of the regular files below `folder`; links are never followed.

    Raises:
        OSError: a folder cannot be listed.
        IntakeError: there are too many, or a script whose name is not UTF-8.
    """
    count = 0
    for directory, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if _is_text(name) and not _is_skipped(name))
        for name in sorted(names):
            path = Path(directory, name)
            if _is_skipped(name) or path.is_symlink() or not path.is_file():
                continue
            if not _is_text(name):
                if name.endswith(".py"):
                    raise IntakeError(f"The name {_text(name)} is not UTF-8. Rename the file.")
                continue
            count += 1
            if count > MAX_FILES:
                raise IntakeError(
                    f"{folder.name} holds more than {MAX_FILES:,} files. Hand in your work alone."
                )
            yield path.relative_to(folder).as_posix()


def _raise(error: OSError) -> None:
    raise error


def _is_skipped(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a tool."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def _is_text(name: str) -> bool:
    """Whether a name can be written in a result; archives made on Windows hold others."""
    return _text(name) == name


def _text(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
