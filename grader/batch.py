"""Grade many: one after another, every result on disk at once; one broken never stops the rest."""

from __future__ import annotations

import hashlib
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from grader.errors import UsageError, UserError
from grader.intake import Submission
from grader.jobs import CheckStarted, Opened, Setup, Trained
from grader.report import write_batch, write_submission
from grader.results import BatchEntry, BatchResult, Source, SubmissionResult, Timing
from grader.slot import Slot, SlotLost

MIN_FREE_BYTES = 100 << 20
"""With less than this left, a disk is called full before grading begins."""

MAX_LOSSES = 2
"""How often a submission may take its examiner down before it is ungraded."""


class Observer(Protocol):
    """Who watches the grading."""

    def opened(self, opened: Opened) -> None:
        """Rubric and data are read."""

    def submission_started(self, submission: Submission, number: int, total: int) -> None:
        """A submission is about to be graded; number counts from 1."""

    def event(self, event: CheckStarted | Trained) -> None:
        """Something happened in it."""

    def submission_finished(self, result: SubmissionResult) -> None:
        """Its result is on disk."""


def grade_batch(
    submissions: Sequence[Submission],
    out: Path,
    setup: Setup,
    observer: Observer,
    source: Source | None = None,
) -> list[SubmissionResult]:
    """Grade submissions and write `out`: results.json, index.html, a folder each.

    `source` says what they were taken from and who is missing; it is written with the results.
    What was graded when an exception (or Ctrl-C) ends it is on disk and readable.

    Raises:
        UserError: rubric, data or `out` cannot be used; nothing was graded.
        Bug: torchgrade failed.
    """
    prepare_out(out)
    batch = _Batch(out, setup, observer, source)
    try:
        batch.grade(submissions, lambda result: out / "submissions" / result.submission.id)
    finally:
        batch.write_index()
    return batch.results


def check_one(
    submission: Submission, out: Path, setup: Setup, observer: Observer
) -> SubmissionResult:
    """Grade one submission and write its report and result.json into `out`.

    Raises:
        UserError, Bug: as :func:`grade_batch`.
    """
    prepare_out(out)
    batch = _Batch(out, setup, observer)
    batch.grade([submission], lambda _: out)
    return batch.results[0]


def prepare_out(out: Path) -> None:
    """Make the folder for results, and see that there is room for them and for scratch.

    Raises:
        UsageError: it cannot be written, or its disk is full.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".torchgrade-probe"
        probe.write_bytes(b"torchgrade")
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"Results cannot be written to {out}: {error.strerror}. Choose another with --out."
        ) from error
    _require_room(out, "--out")
    _require_room(Path(tempfile.gettempdir()), "TMPDIR")


def _require_room(folder: Path, chosen_by: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise UsageError(
            f"The disk of {folder} is full ({free >> 20} MB left, {MIN_FREE_BYTES >> 20} MB "
            f"needed). Make room or choose another folder with {chosen_by}."
        )


@contextmanager
def _told_as_user_error(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{what} cannot be written: {error.strerror}. "
            "What was graded before is in the output folder."
        ) from error


class _Batch:
    """A batch in the making: the slot it uses and what it has graded."""

    def __init__(
        self, out: Path, setup: Setup, observer: Observer, source: Source | None = None
    ) -> None:
        self._out = out
        self._source = source
        self._setup = setup
        self._observer = observer
        self.results: list[SubmissionResult] = []
        self._opened: Opened | None = None
        self._slot: Slot | None = None

    def grade(
        self, submissions: Sequence[Submission], folder_of: Callable[[SubmissionResult], Path]
    ) -> None:
        """Grade all, in order, and write each result into its folder."""
        try:
            self._open()
            for number, submission in enumerate(submissions, start=1):
                self._observer.submission_started(submission, number, len(submissions))
                result = self._grade_one(submission)
                self._write(result, folder_of(result))
                self._observer.submission_finished(result)
        finally:
            self._close()

    def write_index(self) -> None:
        """results.json and index.html of what was graded so far, if grading had begun."""
        if self._opened is None:
            return
        entries = tuple(
            BatchEntry(
                id=result.submission.id,
                status=result.status,
                score=result.score,
                max_score=result.max_score,
                result=f"submissions/{result.submission.id}/result.json",
            )
            for result in self.results
        )
        made = [result.provenance for result in self.results]
        isolated = [p.isolation for p in made if p.isolation]
        key = hashlib.sha256("\n".join(p.key for p in made).encode()).hexdigest()
        # The layers that were in force for every submission that was run.
        everywhere = (
            tuple(layer for layer in isolated[0] if all(layer in layers for layers in isolated))
            if isolated
            else ()
        )
        provenance = self._opened.provenance.model_copy(
            update={"key": key, "isolation": everywhere}
        )
        batch = BatchResult(
            assignment=self._opened.assignment,
            data=self._opened.provenance.data,
            provenance=provenance,
            submissions=entries,
            source=self._source,
        )
        with _told_as_user_error("The index"):
            write_batch(batch, self.results, self._out)

    def _open(self) -> Slot:
        """A slot that is ready, a new one when the last was lost."""
        if self._slot is None:
            self._slot = Slot(self._setup)
            opened = self._slot.open()
            if self._opened is None:
                self._observer.opened(opened)
            self._opened = opened
        return self._slot

    def _close(self) -> None:
        if self._slot is not None:
            self._slot.close()
            self._slot = None

    def _grade_one(self, submission: Submission) -> SubmissionResult:
        for _ in range(MAX_LOSSES):
            try:
                return self._open().grade(submission, self._observer.event)
            except SlotLost:
                self._close()
        return self._ungraded(submission, "The grading process was lost twice on this submission.")

    def _write(self, result: SubmissionResult, folder: Path) -> None:
        with _told_as_user_error(f"The result of {result.submission.id}"):
            write_submission(result, folder)
        self.results.append(result)

    def _ungraded(self, submission: Submission, reason: str) -> SubmissionResult:
        assert self._opened is not None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return SubmissionResult(
            submission=submission.info,
            status="ungraded",
            reason=reason,
            score=0.0,
            max_score=self._opened.max_score,
            provenance=self._opened.provenance.model_copy(
                update={"key": hashlib.sha256(submission.digest.encode()).hexdigest()}
            ),
            timing=Timing(started=now, seconds=0.0, host=socket.gethostname(), checks={}),
        )
