"""The folder of results: one grading at a time writes it, and finds what is there already."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from grader.adjustments import Adjustments, read_adjustments
from grader.errors import AdjustmentsError, UsageError, UserError
from grader.files import MIN_FREE_BYTES, is_full, written
from grader.intake import Submission
from grader.keys import key_of
from grader.language import _
from grader.report import (
    read_batch,
    read_submission,
    remove_unfinished,
    write_batch,
    write_submission,
)
from grader.results import BatchResult, CheckStatus, SubmissionResult

LOCK = ".torchgrade.lock"


@dataclass(frozen=True)
class OutFolder:
    """A folder for results, ours alone.

    Attributes:
        path: where it is.
        single: whether the one submission's files stand in it and not in folders of their own.
        adjustments: what a person decided about the submissions in it.
    """

    path: Path
    single: bool = False
    adjustments: Adjustments = field(default_factory=Adjustments)

    def of(self, submission_id: str) -> Path:
        """Where a submission's files go."""
        return self.path if self.single else self.path / "submissions" / submission_id

    def kept(self, submission: Submission, setup_key: str) -> SubmissionResult | None:
        """A result that is there already and would come out the same again; else None.

        What torchgrade itself failed on, and what is ungraded, is worth another try. What lies
        among a submission's own files may be its author's.
        """
        ours, theirs = self.of(submission.id).resolve(), submission.root.resolve()
        if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
            return None
        try:
            result = self.read(submission.id)
        except (OSError, ValidationError):
            return None
        again = result.status == "ungraded" or any(
            check.status == CheckStatus.ERROR for q in result.questions for check in q.checks
        )
        if again or result.provenance.key != key_of(setup_key, submission.fingerprint):
            return None
        return result

    def read(self, submission_id: str) -> SubmissionResult:
        """A result that was written; raises OSError or ValidationError where there is none."""
        return read_submission(self.of(submission_id) / "result.json")

    def adjusted(
        self, result: SubmissionResult
    ) -> tuple[SubmissionResult, tuple[AdjustmentsError, ...]]:
        """A result with what a person decided, and what is wrong with what does not fit it."""
        adjustments, misfits = self.adjustments.of(result)
        return result.model_copy(update={"adjustments": adjustments}), misfits

    def write(self, result: SubmissionResult) -> None:
        """Write a result and its report.

        Raises:
            UserError: the disk does not take it.
        """
        what = _("The result of {submission}", submission=result.submission.id)
        with _told_as_user_error(what):
            folder = self.of(result.submission.id)
            written(lambda: write_submission(result, folder), self.path)

    def write_index(self, batch: BatchResult, results: Iterable[SubmissionResult]) -> None:
        """Write results.json and index.html; raises as :meth:`write` does."""
        with _told_as_user_error(_("The index")):
            write_batch(batch, results, self.path)


def read_out(out: Path) -> tuple[BatchResult, list[SubmissionResult]]:
    """What a grading of a class has written, in the order of the batch.

    Raises:
        UsageError: there is none, or it cannot be read as such.
    """
    require_results(out)
    folder = OutFolder(out)
    try:
        batch = read_batch(out / "results.json")
        return batch, [folder.read(entry.id) for entry in batch.submissions]
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise UsageError(
            f"A result in {out} is not one of this version of torchgrade "
            f"({error.error_count()} fields differ). Grade again into it."
        ) from error


def require_results(out: Path) -> None:
    """See that a grading of a class wrote there.

    Raises:
        UsageError: none did.
    """
    if not (out / "results.json").exists():
        raise UsageError(f"{out} holds no results.json. Name a folder that `grade` wrote.")


def require_apart(out: Path, submissions: Iterable[Submission]) -> None:
    """See that a folder for results is nobody's work: adjustments and links in it would be theirs.

    Raises:
        UsageError: it is, or lies within.
    """
    place = out.resolve()
    for each in submissions:
        if place.is_relative_to(each.root.resolve()):
            raise UsageError(
                f"{out} lies in the work of {each.id}. Choose another folder with --out."
            )


@contextmanager
def opened_out(path: Path, *, single: bool = False) -> Iterator[OutFolder]:
    """Make the folder, see that there is room in it and for scratch, and lock it.

    Raises:
        UsageError: it cannot be written, its disk is full, or another grading writes it.
        AdjustmentsError: its adjustments cannot be used.
    """
    _prepare(path)
    with ExitStack() as stack:
        try:
            stack.enter_context(FileLock(path / LOCK, timeout=0))
        except Timeout as error:
            raise UsageError(
                _(
                    "Another torchgrade is writing to {folder}. Wait until it has ended, or choose "
                    "another folder with --out.",
                    folder=path,
                )
            ) from error
        except OSError as error:  # somebody else graded into it, or it knows no locks
            raise UsageError(
                _(
                    "{folder} cannot be locked: {reason}. Choose another folder with --out, or "
                    "make {file} in it yours.",
                    folder=path,
                    reason=error.strerror,
                    file=LOCK,
                )
            ) from error
        remove_unfinished(path)
        yield OutFolder(path, single, Adjustments() if single else read_adjustments(path))


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out, prefix=".torchgrade-probe-") as probe:
            probe.write(b"torchgrade")
    except OSError as error:
        raise UsageError(
            _(
                "Results cannot be written to {folder}: {reason}. Choose another with --out.",
                folder=out,
                reason=error.strerror,
            )
        ) from error
    _require_room(out, "--out")
    _require_room(Path(tempfile.gettempdir()), "TMPDIR")


def _require_room(folder: Path, chosen_by: str) -> None:
    if is_full(folder):
        raise UsageError(
            _(
                "The disk of {folder} is full ({left} MB left, {needed} MB needed). "
                "Make room or choose another folder with {option}.",
                folder=folder,
                left=shutil.disk_usage(folder).free >> 20,
                needed=MIN_FREE_BYTES >> 20,
                option=chosen_by,
            )
        )


@contextmanager
def _told_as_user_error(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            _(
                "{what} cannot be written: {reason}. "
                "What was graded before is in the output folder.",
                what=what,
                reason=error.strerror,
            )
        ) from error
