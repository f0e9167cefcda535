"""A submission's files once more, as they were when it was read.

It may wait for hours until it is graded, in a folder in which its author can still write. What lies
there by then may be another file, a link to somebody else's, a pipe, or as large as a disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.errors import IntakeError
from grader.files import read_regular, remove_tree
from grader.intake.limits import MAX_BYTES
from grader.intake.submission import Submission, digest_contents
from grader.language import _


def contents_of(submission: Submission) -> dict[str, bytes]:
    """Its files, by name.

    Raises:
        IntakeError: one cannot be read any more, or they are not what was read as the submission.
    """
    contents, room = {}, MAX_BYTES
    for name in submission.files:
        try:
            contents[name], size = read_regular(submission.root / name, room)
        except OSError as error:
            raise IntakeError(
                _(
                    "{file} cannot be read any more: {reason}. Leave the submissions where they "
                    "are while they are graded, and grade again.",
                    file=name,
                    reason=error.strerror,
                )
            ) from error
        room -= size
        if room < 0:
            break
    if room < 0 or digest_contents(contents) != submission.digest:
        raise IntakeError(
            _("The files were changed while they were waiting to be graded. Grade again.")
        )
    return contents


def write_contents(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def kept(submission: Submission, scratch: Path) -> Iterator[Submission]:
    """The submission in a folder of ours, which is removed afterwards.

    Raises:
        IntakeError: as :func:`contents_of`.
    """
    folder = Path(tempfile.mkdtemp(prefix="handed-in-", dir=scratch)).resolve()
    try:
        write_contents(contents_of(submission), folder)
        yield submission.model_copy(update={"root": folder})
    finally:
        remove_tree(folder)
