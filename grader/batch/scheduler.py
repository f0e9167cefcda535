"""Grade many: every result on disk at once; what is there already stays; one broken stops none.

Where the slots are is the pool's affair: on this machine, or on a cluster's.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from grader.batch.calibrations import kept_fairness
from grader.batch.launching import Launcher
from grader.batch.logs import SubmissionLog
from grader.batch.outfolder import OutFolder, opened_out, require_apart
from grader.batch.pool import MAX_LOSSES, Pool, SlotPool
from grader.batch.slot import SlotLost
from grader.batch.workload import expected_work
from grader.checks.catalogue import known_checks
from grader.errors import AdjustmentsError, IntakeError, UserError
from grader.intake import Submission
from grader.interrupts import interrupts_held
from grader.jobs import CheckStarted, Opened, Setup, Trained
from grader.keys import key_of
from grader.language import _
from grader.results import (
    BatchEntry,
    BatchResult,
    Fairness,
    Provenance,
    Source,
    SubmissionInfo,
    SubmissionResult,
    Timing,
)
from grader.rubric import load_rubric

RECOUNT_SECONDS = 5.0
"""How often a pool is asked again how many it can take, while nothing is completed."""


class Observer(Protocol):
    """Who watches the grading; called by one thread at a time."""

    def opened(self, opened: Opened) -> None:
        """Rubric and data are read."""

    def batch_started(self, total: int, kept: int) -> None:
        """So many submissions there are, of which so many have their results already."""

    def submission_started(self, submission: Submission) -> None:
        """A submission is about to be graded."""

    def event(self, submission: Submission, event: CheckStarted | Trained) -> None:
        """Something happened in it."""

    def submission_finished(self, result: SubmissionResult) -> None:
        """Its result is on disk."""

    def not_adjusted(self, error: AdjustmentsError) -> None:
        """What a person decided does not fit the result that it is about, and is left out."""


@dataclass(frozen=True)
class Graded:
    """What is kept in mind of a result; the rest of it is on disk.

    Attributes:
        entry: its line in the batch's results.
        reason: why it is ungraded.
        flags: names of what a person should look at.
        key: of all that it depends on.
        isolation: the layers that were in force, none where nothing was run.
    """

    entry: BatchEntry
    reason: str | None
    flags: tuple[str, ...]
    key: str
    isolation: tuple[str, ...]

    @classmethod
    def of(cls, result: SubmissionResult) -> Self:
        """The summary of a result."""
        entry = BatchEntry(
            id=result.submission.id,
            status=result.status,
            score=result.score,
            max_score=result.max_score,
            adjustment=result.final_score - result.score,
            result=f"submissions/{result.submission.id}/result.json",
        )
        flags = tuple(sorted({item.flag for item in result.integrity}))
        made = result.provenance
        return cls(entry, result.reason, flags, made.key, made.isolation)


def grade_batch(
    submissions: Sequence[Submission],
    out: Path,
    setup: Setup,
    observer: Observer,
    source: Source | None = None,
    *,
    slots: int = 1,
) -> list[Graded]:
    """Grade submissions on this machine; see :func:`grade_on`.

    Args:
        submissions, out, setup, observer, source: see there.
        slots: how many are graded at once.
    """
    with SlotPool(setup, slots) as pool:
        return grade_on(pool, submissions, out, setup, observer, source)


def grade_on(
    pool: Pool,
    submissions: Sequence[Submission],
    out: Path,
    setup: Setup,
    observer: Observer,
    source: Source | None = None,
) -> list[Graded]:
    """Grade submissions and write `out`: results.json, index.html, a folder each.

    Results that are in `out` already, and would come out the same, are kept. What was graded when
    an exception (or Ctrl-C) ends it is on disk, and the same call goes on from there.

    Args:
        pool: who grades; not yet open.
        submissions: what to grade; the index lists them in this order.
        out: the folder.
        setup: how to grade.
        observer: who watches.
        source: what they were taken from and who is missing; it is written with the results.

    Raises:
        UserError: rubric, data or `out` cannot be used; or `out` could not be written further.
        Bug: torchgrade failed.
    """
    require_apart(out, submissions)
    with opened_out(out) as folder:
        folder.adjustments.refuse_unknown({each.id for each in submissions})
        batch = _Batch(submissions, folder, pool.open(), observer)
        fairness = _fairness(setup, batch.provenance)  # now: the rubric may change meanwhile
        try:
            batch.grade(pool)
        finally:
            with interrupts_held():  # the grading may have come to its end
                batch.write_index(source, fairness)
    return batch.in_order()


class Checker:
    """Grades one piece of work as often as is asked, by the same processes; a context manager.

    Args:
        out: where report and result.json go; made at the first check.
        setup: how to grade.
        launcher: one that is starting already.

    Attributes:
        out: the same.
    """

    def __init__(self, out: Path, setup: Setup, launcher: Launcher) -> None:
        self.out = out
        self._setup = setup
        self._launcher = launcher
        self._stack = ExitStack()
        self._opened: tuple[OutFolder, SlotPool, Opened] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def check(self, submission: Submission, observer: Observer) -> SubmissionResult:
        """Grade a submission and write its report.

        Raises:
            UserError, Bug: as :func:`grade_batch`.
        """
        if self._opened is None:
            folder = self._stack.enter_context(opened_out(self.out, single=True))
            pool = self._stack.enter_context(SlotPool(self._setup, 1, self._launcher))
            self._opened = folder, pool, pool.open()
        folder, pool, opened = self._opened
        _Batch([submission], folder, opened, observer).grade(pool)
        return folder.read(submission.id)


class _Batch:
    """A batch in the making."""

    def __init__(
        self,
        submissions: Sequence[Submission],
        folder: OutFolder,
        opened: Opened,
        observer: Observer,
    ) -> None:
        self._submissions = submissions
        self._folder = folder
        self._opened = opened
        self._observer = observer
        self._lock = threading.Lock()
        self._graded: dict[str, Graded] = {}

    @property
    def provenance(self) -> Provenance:
        """What all of it is made with."""
        return self._opened.provenance

    def grade(self, pool: Pool) -> None:
        """Grade what has no result yet, the most work first."""
        self._observer.opened(self._opened)
        left = [submission for submission in self._submissions if not self._keep(submission)]
        self._observer.batch_started(len(self._submissions), len(self._submissions) - len(left))
        left.sort(key=expected_work, reverse=True)
        with ThreadPoolExecutor(pool.threads) as executor:
            try:
                for result in _completed(executor, self._grader(pool), left, pool):
                    self._note(self._written(self._adjusted(result)))
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                pool.close()  # what is being graded ends by it
                raise

    def in_order(self) -> list[Graded]:
        """What was graded, in the order of the submissions."""
        return [self._graded[each.id] for each in self._submissions if each.id in self._graded]

    def write_index(self, source: Source | None, fairness: tuple[Fairness, ...]) -> None:
        """results.json and index.html of what is graded so far."""
        # An interrupt may have come when a result was on disk and not yet noted.
        for submission in self._submissions:
            if submission.id not in self._graded:
                self._keep(submission)
        graded = self.in_order()
        isolated = [each.isolation for each in graded if each.isolation]
        # The layers that were in force for every submission that was run.
        everywhere = tuple(
            layer
            for layer in (isolated[0] if isolated else ())
            if all(layer in layers for layers in isolated)
        )
        provenance = self._opened.provenance.model_copy(
            update={"key": key_of(*(each.key for each in graded)), "isolation": everywhere}
        )
        batch = BatchResult(
            assignment=self._opened.assignment,
            data=self._opened.provenance.data,
            provenance=provenance,
            submissions=tuple(each.entry for each in graded),
            fairness=fairness,
            source=source,
        )
        self._folder.write_index(batch, (self._folder.read(each.entry.id) for each in graded))

    def _keep(self, submission: Submission) -> bool:
        """Whether there is a result; written again where what is beside it changed."""
        if self._folder.single:
            return False  # who checks one piece of work wants it to be looked at
        result = self._folder.kept(submission, self._opened.provenance.key)
        if result is None:
            return False
        now = self._adjusted(result.model_copy(update={"submission": submission.info}))
        if now != result:
            now = self._written(now)
        self._graded[submission.id] = Graded.of(now)
        return True

    def _adjusted(self, result: SubmissionResult) -> SubmissionResult:
        adjusted, misfits = self._folder.adjusted(result)
        with self._lock:
            for misfit in misfits:
                self._observer.not_adjusted(misfit)
        return adjusted

    def _written(self, result: SubmissionResult) -> SubmissionResult:
        """Write a result; where no report can be made of it, one that says so."""
        try:
            self._folder.write(result)
        except UserError:
            raise
        except Exception as error:
            what = f"{type(error).__name__}: {error}"[:500]
            reason = _(
                "torchgrade itself failed on its report ({what}). Please report it.", what=what
            )
            ungraded = self._ungraded(result.submission, result.provenance.key, reason)
            result = self._adjusted(ungraded)
            self._folder.write(result)
        return result

    def _note(self, result: SubmissionResult) -> None:
        self._graded[result.submission.id] = Graded.of(result)
        with self._lock:
            self._observer.submission_finished(result)

    def _grader(self, pool: Pool) -> Callable[[Submission], SubmissionResult]:
        """What the executor's threads do with a submission."""

        def grade(submission: Submission) -> SubmissionResult:
            with self._lock:
                self._observer.submission_started(submission)
            with SubmissionLog(self._folder.of(submission.id)) as log:
                return self._grade_one(submission, pool, log)

        return grade

    def _grade_one(
        self, submission: Submission, pool: Pool, log: SubmissionLog
    ) -> SubmissionResult:
        def on_event(event: CheckStarted | Trained) -> None:
            log.event(event)
            with self._lock:
                self._observer.event(submission, event)

        log.say(f"grading {submission.id}, {submission.digest}")
        losses = 0
        while losses < MAX_LOSSES:
            try:
                result = pool.grade(submission, on_event)
            except IntakeError as changed:
                log.say(str(changed))
                return self._ungraded(submission.info, self._key_of(submission), str(changed))
            except SlotLost as lost:
                if pool.closed:
                    raise
                losses += lost.losses
                log.say("the grading process was lost")
                continue
            log.result(result)
            return result
        reason = _("The grading process was lost {number} times on it.", number=losses)
        return self._ungraded(submission.info, self._key_of(submission), reason)

    def _key_of(self, submission: Submission) -> str:
        return key_of(self._opened.provenance.key, submission.fingerprint)

    def _ungraded(self, submission: SubmissionInfo, key: str, reason: str) -> SubmissionResult:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return SubmissionResult(
            submission=submission,
            status="ungraded",
            reason=reason,
            score=0.0,
            max_score=self._opened.max_score,
            provenance=self._opened.provenance.model_copy(update={"key": key}),
            timing=Timing(started=now, seconds=0.0, host=socket.gethostname(), checks={}),
        )


def _fairness(setup: Setup, made: Provenance) -> tuple[Fairness, ...]:
    """What is known of the thresholds that are graded by."""
    root = Path(setup.data_root) if setup.data_root else None
    return kept_fairness(made, load_rubric(Path(setup.rubric), known_checks()), root)


def _completed(
    executor: Executor,
    grade: Callable[[Submission], SubmissionResult],
    submissions: Iterable[Submission],
    pool: Pool,
) -> Iterator[SubmissionResult]:
    """Results as they come, in no order; the executor never holds more than the pool asks for."""
    waiting, running = iter(submissions), set[Future[SubmissionResult]]()
    while True:
        for submission in islice(waiting, max(0, pool.at_once - len(running))):
            running.add(executor.submit(grade, submission))
        if not running:
            return
        done, running = wait(running, timeout=RECOUNT_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
