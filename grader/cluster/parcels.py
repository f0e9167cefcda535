"""A submission on its way to another machine: its record, and its files as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.intake import Submission
from grader.intake.handed_in import contents_of, write_contents


@dataclass(frozen=True)
class Parcel:
    """A submission with its files.

    Attributes:
        record: the submission as JSON; its `root` means nothing where it arrives.
        contents: of its files, in their order; none where it cannot be graded anyway.
    """

    record: str
    contents: tuple[bytes, ...]


def pack(submission: Submission) -> Parcel:
    """Read all files of a submission.

    Raises:
        IntakeError: one cannot be read any more, or they are not what was read as the submission.
    """
    contents = contents_of(submission).values() if submission.problem is None else ()
    return Parcel(submission.model_dump_json(), tuple(contents))


def unpack(parcel: Parcel, folder: Path) -> Submission:
    """Write the files below a new folder, and say where they are."""
    submission = Submission.model_validate_json(parcel.record)
    root = folder.resolve()
    if submission.problem is None:
        write_contents(dict(zip(submission.files, parcel.contents, strict=True)), root)
    return submission.model_copy(update={"root": root})
