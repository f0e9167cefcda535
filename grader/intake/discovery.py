"""Files and folders -> submissions."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from grader.errors import IntakeError, UsageError
from grader.intake.entries import (
    Entry,
    entry_of,
    find_entry,
    is_source,
)
from grader.intake.leftovers import is_leftover, is_report, report_files
from grader.intake.recognition import recognise
from grader.intake.submission import Submission, digest_files
from grader.results import Student

MAX_FILES = 2000
MAX_BYTES = 256 << 20
"""All files of a submission together: each is hashed and copied."""
MAX_ID = 100
"""Characters; an id names a folder, and two long names may differ at their ends alone."""

Layout = Literal["file", "folder"]


def find_submissions(directory: Path) -> tuple[list[Submission], list[Path]]:
    """The submissions in a folder: a `.py` file or a folder each, by name.

    A folder that torchgrade wrote its output into is neither a submission nor passed over.

    Returns:
        The submissions, broken ones included (with a `problem`), and the files that were passed
        over because they are neither.

    Raises:
        UsageError: there is no such folder, it cannot be listed, or nothing is in it.
    """
    if not _holds(directory.is_dir):
        raise UsageError(f"There is no folder {directory}. Name the folder of submissions.")
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        raise UsageError(
            f"The folder {directory} cannot be listed: {error.strerror}. Correct its permissions."
        ) from error
    reports = report_files([path.name for path in entries])
    paths: list[Path] = []
    passed_over: list[Path] = []
    for path in entries:
        if is_leftover(path.name) or path.name in reports or _is_report(path):
            continue
        is_submission = _holds(path.is_dir) or is_source(path.name)
        (paths if is_submission else passed_over).append(path)
    if not paths:
        raise UsageError(f"{directory} holds no submission: no folder, no .ipynb and no .py file.")
    claims = Counter(claim for path in paths for claim in {path.name, _stem(path)})
    submissions = []
    for path in paths:
        name = _id(_stem(path) if claims[_stem(path)] == 1 else path.name)
        if _holds(path.is_symlink):  # it may point at anything on the machine that grades
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
    problem = _why_unreachable(path)
    path = path.absolute() if path.name not in ("", "..") else path.resolve()
    name = submission_id or _id(_stem(path))
    layout: Layout = "folder" if _holds(path.is_dir) else "file"
    if problem is not None:
        return _broken(name, path.parent, layout, problem)
    if not _is_text(path.name):
        problem = f"The name {_text(path.name)} is not UTF-8. Rename it and hand it in again."
        return _broken(name, path.parent, layout, problem)
    if layout == "folder":
        return _read_folder(path, name)
    if not path.is_file():
        return _broken(name, path.parent, layout, f"{path.name} is no regular file.")
    return _read_file(name, path.parent, path.name, ())


def read_own_work(path: Path) -> Submission:
    """Read one submission as its author has it: a script with those beside it that it imports.

    In a folder of many people's files a script stands alone (:func:`read_submission`).

    Raises:
        UsageError: there is no such file or folder.
    """
    submission = read_submission(path)
    if submission.layout == "folder" or submission.problem is not None:
        return submission
    scripts = sorted(submission.root.glob("*.py"))
    beside = [script.name for script in scripts if _holds(script.is_file)]
    return _read_file(submission.id, submission.root, path.name, beside)


def _why_unreachable(path: Path) -> str | None:
    """What is wrong with a path that exists and still cannot be looked at.

    Raises:
        UsageError: there is no such file or folder.
    """
    try:
        path.stat()
    except PermissionError as error:
        return _cannot_be_read(error)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise UsageError(
                f"The name {path.name[:50]}... is longer than any file's. Check the name."
            ) from error
        raise UsageError(f"There is no file or folder {path}. Check the name.") from error
    return None


def _holds(condition: Callable[[], bool]) -> bool:
    """Whether it does; of what cannot be looked at, it does not, and reading it says why."""
    try:
        return condition()
    except OSError:
        return False


def _is_report(path: Path) -> bool:
    return _holds(lambda: path.is_dir() and not path.is_symlink() and is_report(path))


def _stem(path: Path) -> str:
    return path.name if _holds(path.is_dir) else path.stem


def _id(name: str) -> str:
    """A name as an id; one that is too long ends in a digest of the whole, by which it is told."""
    text = _text(name)
    if len(text) <= MAX_ID:
        return text
    return f"{text[: MAX_ID - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _read_folder(folder: Path, name: str) -> Submission:
    files: tuple[str, ...] = ()
    try:
        files = tuple(_files(folder))
        entry = find_entry(folder, files)
    except OSError as error:
        return _broken(name, folder, "folder", _cannot_be_read(error))
    except IntakeError as error:
        return _broken(name, folder, "folder", str(error), files)
    return _read(name, folder, files, entry, "folder")


def _read_file(name: str, root: Path, file: str, beside: Sequence[str]) -> Submission:
    try:
        entry, files = entry_of(root, file, beside)
    except IntakeError as error:
        return _broken(name, root, "file", str(error), (file,), file)
    return _read(name, root, files, entry, "file")


def _read(
    name: str, root: Path, files: tuple[str, ...], entry: Entry, layout: Layout
) -> Submission:
    try:
        _refuse_a_flood_of_bytes(name, root, files)
        digest = digest_files(root, files)
        recognised = recognise(entry.name, entry.document, entry.marks)
    except OSError as error:
        return _broken(name, root, layout, _cannot_be_read(error), files)
    except IntakeError as error:
        return _broken(name, root, layout, str(error), files, entry.name)
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry.name,
        layout=layout,
        digest=digest,
        cells=entry.document.cells,
        executed=entry.document.executed,
        marks=entry.document.marks,
        notes=(*entry.notes, *entry.document.notes, *recognised),
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


def _refuse_a_flood_of_bytes(name: str, root: Path, files: tuple[str, ...]) -> None:
    sizes = {file: (root / file).stat().st_size for file in files}
    total = sum(sizes.values())
    if total <= MAX_BYTES:
        return
    largest = max(files, key=sizes.__getitem__)
    raise IntakeError(
        f"{name} holds {total >> 20:,} MB, and {MAX_BYTES >> 20} MB are the most; the largest file "
        f"is {largest} with {sizes[largest] >> 20:,} MB. Move data sets and saved models to "
        "another folder and hand in your work alone."
    )


def _files(folder: Path) -> Iterator[str]:
    """Names of the regular files below `folder`; links are never followed, reports left out.

    Raises:
        OSError: a folder cannot be listed.
        IntakeError: there are too many, or a script whose name is not UTF-8.
    """
    count = 0
    for directory, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(
            name
            for name in folders
            if _is_text(name) and not is_leftover(name) and not _is_report(Path(directory, name))
        )
        reports = report_files(names)
        for name in sorted(names):
            path = Path(directory, name)
            if is_leftover(name) or name in reports or path.is_symlink() or not path.is_file():
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


def _is_text(name: str) -> bool:
    """Whether a name can be written in a result; archives made on Windows hold others."""
    return _text(name) == name


def _text(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
