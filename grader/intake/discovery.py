"""A file or a folder -> one submission."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from grader.errors import IntakeError, UsageError
from grader.intake.archives.opening import how_to_hand_in
from grader.intake.entries import Entry, entry_of, find_entry
from grader.intake.leftovers import holds, is_leftover, is_report_folder, report_files
from grader.intake.limits import MAX_BYTES, MAX_FILES, MAX_FOLDER_DEPTH
from grader.intake.names import as_id, as_text
from grader.intake.recognition import recognise
from grader.intake.submission import Submission, digest_files
from grader.intake.suffixes import is_source
from grader.intake.walking import Listed, TooDeep, walk
from grader.language import _
from grader.results import Student

Layout = Literal["file", "folder"]


def read_submission(path: Path, submission_id: str | None = None) -> Submission:
    """Read one submission; one that cannot be read has a `problem` and no cells.

    Args:
        path: a notebook or script, or a folder with at least one.
        submission_id: its id; the name without the suffix when None.

    Raises:
        UsageError: there is no such file or folder.
    """
    problem = _why_unreachable(path)
    path = path.absolute() if path.name not in ("", "..") else path.resolve()
    name = submission_id or as_id(_stem(path))
    layout: Layout = "folder" if holds(path.is_dir) else "file"
    if problem is not None:
        return broken_submission(name, path.parent, layout, problem)
    if not _is_text(path.name):
        problem = _(
            "The name {name} is not UTF-8. Rename it and hand it in again.", name=as_text(path.name)
        )
        return broken_submission(name, path.parent, layout, problem)
    if layout == "folder":
        return _read_folder(path, name)
    if not path.is_file():
        problem = _("{file} is no regular file.", file=path.name)
        return broken_submission(name, path.parent, layout, problem)
    if not is_source(path.name):
        problem = no_source(path.name)
        return broken_submission(name, path.parent, layout, problem, (path.name,))
    return _read_file(name, path.parent, path.name, brings_along=False)


def read_own_work(path: Path) -> Submission:
    """Read one submission as its author has it: a file with the scripts and packages beside it
    that it imports.

    In a folder of many people's files a file stands alone (:func:`read_submission`).

    Raises:
        UsageError: there is no such file or folder.
    """
    submission = read_submission(path)
    if submission.layout == "folder" or submission.problem is not None:
        return submission
    return _read_file(submission.id, submission.root, path.name, brings_along=True)


def _why_unreachable(path: Path) -> str | None:
    """What is wrong with a path that exists and still cannot be looked at.

    Raises:
        UsageError: there is no such file or folder.
    """
    try:
        path.stat()
    except PermissionError as error:
        return cannot_be_read(error)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise UsageError(
                _(
                    "The name {name}... is longer than any file's. Check the name.",
                    name=path.name[:50],
                )
            ) from error
        raise UsageError(
            _("There is no file or folder {path}. Check the name.", path=path)
        ) from error
    return None


def _stem(path: Path) -> str:
    return path.name if holds(path.is_dir) else path.stem


def _read_folder(folder: Path, name: str) -> Submission:
    files: tuple[str, ...] = ()
    try:
        files = tuple(list_files(folder))
        # Before a hundred of them are read.
        refuse_a_flood_of_bytes(name, {file: (folder / file).stat().st_size for file in files})
        entry = find_entry(folder, files)
    except OSError as error:
        return broken_submission(name, folder, "folder", cannot_be_read(error))
    except IntakeError as error:
        return broken_submission(name, folder, "folder", str(error), files)
    return _read(name, folder, files, entry, "folder")


def _read_file(name: str, root: Path, file: str, *, brings_along: bool) -> Submission:
    try:
        entry, files = entry_of(root, file, brings_along=brings_along)
    except IntakeError as error:
        return broken_submission(name, root, "file", str(error), (file,), file)
    return _read(name, root, files, entry, "file")


def _read(
    name: str, root: Path, files: tuple[str, ...], entry: Entry, layout: Layout
) -> Submission:
    document = entry.document
    try:
        refuse_a_flood_of_bytes(name, {file: (root / file).stat().st_size for file in files})
        digest = digest_files(root, files)
        recognised = recognise(entry.name, document, entry.marks)
    except OSError as error:
        return broken_submission(name, root, layout, cannot_be_read(error), files)
    except IntakeError as error:
        return broken_submission(name, root, layout, str(error), files, entry.name)
    return Submission(
        id=name,
        student=Student(id=name),
        root=root,
        files=files,
        entry=entry.name,
        layout=layout,
        digest=digest,
        cells=document.cells,
        executed=document.executed,
        marks=document.marks,
        notes=(*entry.notes, *document.notes, *recognised),
    )


def broken_submission(
    name: str,
    root: Path,
    layout: Layout,
    problem: str,
    files: tuple[str, ...] = (),
    entry: str | None = None,
) -> Submission:
    """A submission that cannot be graded; `problem` says why and what to do."""
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


def cannot_be_read(error: OSError) -> str:
    """Why a file cannot be read; a sentence."""
    name = as_text(Path(str(error.filename)).name)
    return _("{file} cannot be read: {reason}.", file=name, reason=error.strerror)


def no_source(name: str) -> str:
    """Why a file cannot be graded that is neither of what can be; two sentences."""
    return _(
        "{file} is no notebook and no script. {advice}",
        file=name,
        advice=how_to_hand_in(is_packed=False),
    )


def refuse_a_flood_of_bytes(name: str, sizes: Mapping[str, int]) -> None:
    """See that a submission's files, given with their sizes, are not too large together.

    Raises:
        IntakeError: they are; names the largest.
    """
    total = sum(sizes.values())
    if total <= MAX_BYTES:
        return
    largest = max(sizes, key=sizes.__getitem__)
    raise IntakeError(
        _(
            "{name} holds {total:,} MB, and {most} MB are the most; the largest file is {largest} "
            "with {size:,} MB. Move data sets and saved models to another folder and hand in your "
            "work alone.",
            name=name,
            total=total >> 20,
            most=MAX_BYTES >> 20,
            largest=largest,
            size=sizes[largest] >> 20,
        )
    )


def list_files(folder: Path) -> Iterator[str]:
    """Names of the regular files below `folder`; links are never followed, reports left out.

    Raises:
        OSError: a folder cannot be listed.
        IntakeError: there are too many, they lie too deep, or a source's name is not UTF-8.
    """
    count = 0
    try:
        for listed in walk(folder, _is_work):
            for path in _files_of_work(listed):
                count += 1
                if count > MAX_FILES:
                    raise IntakeError(
                        _(
                            "{folder} holds more than {most:,} files. Hand in your work alone.",
                            folder=folder.name,
                            most=MAX_FILES,
                        )
                    )
                yield path.relative_to(folder).as_posix()
    except TooDeep:
        raise IntakeError(
            _(
                "{folder} holds folders that lie more than {most} deep within each other. "
                "Hand in your work alone.",
                folder=folder.name,
                most=MAX_FOLDER_DEPTH,
            )
        ) from None


def _is_work(folder: Path) -> bool:
    """Whether a folder is looked into."""
    return _is_text(folder.name) and not is_leftover(folder.name) and not is_report_folder(folder)


def _files_of_work(listed: Listed) -> Iterator[Path]:
    """The regular files in a folder, without leftovers and reports.

    Raises:
        IntakeError: the name of a source is not UTF-8.
    """
    reports = report_files(listed.files)
    for name in listed.files:
        path = listed.folder / name
        if is_leftover(name) or name in reports or path.is_symlink() or not path.is_file():
            continue
        if _is_text(name):
            yield path
        elif is_source(name):
            raise IntakeError(
                _("The name {name} is not UTF-8. Rename the file.", name=as_text(name))
            )


def _is_text(name: str) -> bool:
    """Whether a name can be written in a result; archives made on Windows hold others."""
    return as_text(name) == name
