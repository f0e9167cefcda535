"""Putting files in place: whole, or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from grader.report.jsonform import to_json
from grader.report.pages import render_index, render_submission
from grader.results import BatchResult, SubmissionResult

_SUFFIX = ".torchgrade-tmp"


def write_submission(result: SubmissionResult, directory: Path) -> None:
    """Write `result.json` and `report.html` into `directory`, which is made if need be."""
    page = render_submission(result)
    data = to_json(result)
    write_text(directory / "report.html", page)
    # Last, for whoever takes the presence of result.json to mean that a submission is done.
    write_text(directory / "result.json", data)


def write_batch(batch: BatchResult, results: Iterable[SubmissionResult], out: Path) -> None:
    """Write `results.json` and `index.html` into `out`; `results` is read once, in any order."""
    page = render_index(batch, results)
    data = to_json(batch)
    write_text(out / "index.html", page)
    write_text(out / "results.json", data)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file under a temporary name beside `path`, then rename it.

    A reader sees the old file or the new one; after a crash at any moment, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{_SUFFIX}")
    try:
        # "x" and not tempfile: a report is to have the permissions of the user's umask, not 0600.
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what :func:`write_text` left in a folder of results when it was killed.

    Nowhere else but where results are written: a hand-in may lie below, and hold such names.
    """
    for place in ("", "submissions/*/"):
        for path in folder.glob(f"{place}.*{_SUFFIX}"):
            if path.is_file() and not path.is_symlink():
                path.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    """Make a rename outlive a power cut, where the system lets a directory be opened."""
    if os.name != "posix":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
