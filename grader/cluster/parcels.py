"""A submission on its way to another machine: its record, and its files as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.errors import UserError
from grader.intake import Submission
from grader.intake.submission import digest_contents


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
        UserError: one cannot be read any more, or they are not what was read as the submission.
    """
    names = submission.files if submission.problem is None else ()
    try:
        contents = tuple((submission.root / name).read_bytes() for name in names)
    except OSError as error:
        raise UserError(
            f"{error.filename} cannot be read any more: {error.strerror}. Leave the submissions "
            "where they are while they are graded, and grade again; what was graded is kept."
        ) from error
    if names and digest_contents(dict(zip(names, contents, strict=True))) != submission.digest:
        raise UserError(
            f"The files of {submission.id} were changed while the class was graded. Grade again; "
            "what was graded is kept."
        )
    return Parcel(submission.model_dump_json(), contents)


def unpack(parcel: Parcel, folder: Path) -> Submission:
    """Write the files below a new folder, and say where they are."""
    submission = Submission.model_validate_json(parcel.record)
    root = folder.resolve()
    moved = submission.model_copy(update={"root": root})
    if submission.problem is not None:
        return moved
    for name, content in zip(submission.files, parcel.contents, strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return moved
