"""Grade one submission: Submission x Rubric -> SubmissionResult. Runs in the examiner."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path

from grader.checks.cases import Cases
from grader.checks.ending import shorten
from grader.checks.examination import Examination, Examined
from grader.checks.explaining import Explains
from grader.checks.recorded import RecordedCases
from grader.checks.running import run_checks
from grader.data import Store
from grader.errors import IntakeError, IsolationError, ReplyError, StudentError, WorkerError
from grader.grading.assembly import Findings, result_of
from grader.grading.provenance import provenance_of, setup_key
from grader.grading.students import Options, Students
from grader.intake import Submission
from grader.intake.handed_in import kept
from grader.keys import key_of
from grader.language import _
from grader.protocol import parts
from grader.results import (
    Provenance,
    RunName,
    RunResult,
    SubmissionResult,
    Timing,
)
from grader.rubric import CheckSpec, Rubric
from grader.sandbox.layers import FULL
from grader.sandbox.student import Student
from grader.seeds import derive_seed
from grader.training.conductor import Progress
from grader.training.serving import TrainingFolders
from grader.training.sharing import Shelf
from grader.training.trainers import Trainers
from grader.understanding.looking import overview_of, problem_of
from grader.understanding.meaning import Understanding, open_student, understand
from grader.understanding.overview import Overview

FLATTEN = "flatten"
MAX_LOSSES = 2
"""How often a submission is examined whose worker somebody kills; the last time counts."""


@dataclass(frozen=True)
class Watcher:
    """Whom to tell what is going on."""

    on_check: Callable[[str], None]
    on_progress: Callable[[Progress], None]


class Grader:
    """Grades submissions one after another by the same rubric, on the same data.

    Args:
        rubric: the rubric.
        store: the data set; None only when nothing is trained.
        control: the worker server's control socket.
        options: how to grade.
    """

    def __init__(
        self, rubric: Rubric, store: Store | None, control: socket.socket, options: Options
    ) -> None:
        self._rubric = rubric
        self._store = store
        self._options = options
        self._folders = (
            TrainingFolders(store, options.scratch, rubric.integrity.exchanges) if store else None
        )
        self._students = Students(rubric, self._folders, control, options)

    @cached_property
    def trainers(self) -> Trainers:
        """What makes the trainer of a submission; only where there is a data set."""
        assert self._store is not None
        assert self._folders is not None
        return Trainers(
            self._rubric,
            self._store,
            self._folders,
            students=self._students.of_material,
            start_worker=self._students.start_worker,
            shelf=Shelf(self._options.shared, self.setup_key) if self._options.shared else None,
            threads=self._options.threads,
            full_curves=self._options.full_curves,
            late_is_left_out=self._options.late_is_left_out,
            has_reference=self._options.cases is None,
        )

    def grade(self, submission: Submission, watcher: Watcher) -> SubmissionResult:
        """Grade one submission, whatever it does.

        Raises:
            IsolationError: strict isolation was asked for and a layer is missing.
        """
        if submission.problem is not None:
            return self.ungraded(submission, submission.problem)
        started, clock = datetime.now(UTC), time.monotonic()
        for _attempt in range(MAX_LOSSES):
            self._students.forget_workers()
            found = self._examine(submission, watcher)
            if not self._students.lost_one:
                break  # else somebody killed one: what was found then says nothing of the work
        return self._result(submission, found, started, clock)

    def ungraded(self, submission: Submission, reason: str) -> SubmissionResult:
        """The result of a submission that cannot be graded."""
        found = Findings(reason=reason)
        return self._result(submission, found, datetime.now(UTC), time.monotonic())

    def _result(
        self, submission: Submission, found: Findings, started: datetime, clock: float
    ) -> SubmissionResult:
        timing = Timing(
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            host=socket.gethostname(),
            checks={each.id: round(each.seconds, 3) for each in found.checks},
        )
        provenance = self.provenance(key_of(self.setup_key, submission.fingerprint), found.layers)
        return result_of(
            submission, found, self._rubric, provenance, timing, self._options.language
        )

    def probe_isolation(self) -> tuple[str, ...]:
        """The layers a worker finds itself in; the worker runs nothing."""
        with self._students.start_worker(self._options.scratch) as worker:
            return worker.layers

    def _examine(self, submission: Submission, watcher: Watcher) -> Findings:
        with ExitStack() as stack:
            try:
                student, understanding = self.open(submission, stack)
            except CannotBeRun as failure:
                return failure.outcome
            self._require_isolation(student.layers)
            mended = Mended(partial(self._mended, submission, student, watcher))
            stack.callback(mended.close)
            as_it_is = self._examined(submission, student, understanding, watcher)
            examination = Examination(
                self._rubric,
                partial(self._cases, submission.digest),
                as_it_is,
                mended.examined,
                late_is_left_out=self._options.late_is_left_out,
                explains=self._explains(submission.digest),
            )
            checks = run_checks(examination, watcher.on_check)
            sides = [as_it_is, *mended.made]
            trainers = [side.trainer for side in sides if side.trainer is not None]
            return Findings(
                checks=checks,
                runs=_best_of([trainer.results for trainer in trainers]),
                flags=tuple(flag for trainer in trainers for flag in trainer.flags),
                matched=understanding.runs,
                notes=(*student.notes, *understanding.notes),
                layers=student.layers,
            )

    def _mended(
        self, submission: Submission, student: Student, watcher: Watcher, stack: ExitStack
    ) -> Examined:
        """The submission with a right `flatten`.

        Raises:
            WorkerError: it cannot be loaded so, or none could be put in its place.
        """
        other = stack.enter_context(student.mended(FLATTEN))
        if FLATTEN not in other.loaded.mended:
            raise ReplyError(f"no right {FLATTEN} can be put in the place of yours")
        return self._examined(
            submission, other, understand(other, submission, self._rubric.data), watcher
        )

    def _examined(
        self,
        submission: Submission,
        student: Student,
        understanding: Understanding,
        watcher: Watcher,
    ) -> Examined:
        runs = understanding.runs
        trainer = None
        if self._options.train:
            trainer = self.trainers.of(student, submission, runs, watcher.on_progress)
        return Examined(student, runs, trainer)

    def _cases(self, digest: str, spec: CheckSpec) -> Cases:
        if self._options.cases is not None:
            return RecordedCases(self._options.cases, spec)
        from grader.checks.drawing import DrawnCases  # a student's installation has no answers

        return DrawnCases(self._rubric.assignment, digest, spec, self._rubric.data)

    def _explains(self, digest: str) -> Explains | None:
        if self._options.cases is not None:
            return None  # who has no answers cannot tell what is wrong
        from grader.checks.diagnosis import Diagnoser

        seed = derive_seed(self._rubric.assignment, digest, "diagnosis")
        return Diagnoser(self._rubric.tolerances, seed)

    def look(self, submission: Submission) -> Overview:
        """What is understood of a submission; nothing is checked and nothing trained."""
        if submission.problem is not None:
            return problem_of(submission, submission.problem)
        with ExitStack() as stack:
            try:
                student, understanding = self.open(submission, stack)
            except CannotBeRun as failure:
                return problem_of(submission, failure.outcome.reason or "")
            return overview_of(submission, student, understanding)

    def open(self, submission: Submission, stack: ExitStack) -> tuple[Student, Understanding]:
        """A submission, loaded and understood, until the stack is closed.

        Raises:
            CannotBeRun: it cannot be loaded.
        """
        attempts: list[Student] = []

        def make(cells: tuple[parts.Cell, ...]) -> Student:
            attempts.append(self._students.of(submission, cells))
            return attempts[-1]

        try:
            submission = stack.enter_context(kept(submission, self._options.scratch))
            student = open_student(submission, make, stack)
        except IntakeError as error:
            raise CannotBeRun(Findings(reason=str(error))) from error
        except WorkerError as error:
            raise CannotBeRun(_cannot_be_run(error, attempts[0])) from error
        return student, understand(student, submission, self._rubric.data)

    def _require_isolation(self, layers: tuple[str, ...]) -> None:
        missing = [layer for layer in FULL if layer not in layers]
        if self._options.strict_isolation and missing:
            raise IsolationError(
                f"--require-isolation strict: this machine lacks {', '.join(missing)}. "
                "Run `torchgrade doctor`."
            )

    @cached_property
    def setup_key(self) -> str:
        """The key of all that holds for every submission."""
        # Where something lies changes nothing; whether trainings are shared does.
        shared = None if self._options.shared is None else Path()
        # Nor where cases lie: which they are, the seed of the rubric that came with them tells.
        cases = None if self._options.cases is None else Path()
        options = replace(
            self._options, scratch=Path(), private=(), cores=(), shared=shared, cases=cases
        )
        return setup_key(self._rubric, self._store, repr(options))

    def provenance(self, key: str, layers: tuple[str, ...] = ()) -> Provenance:
        """What a result with that key is made from and with."""
        return provenance_of(key, self._rubric, self._store, layers)


class Mended:
    """A submission with a right function in place of its own, made when it is first asked for."""

    def __init__(self, make: Callable[[ExitStack], Examined]) -> None:
        self._make = make
        self._stack = ExitStack()
        self._failure: WorkerError | None = None
        self.made: list[Examined] = []

    def examined(self) -> Examined:
        """It, opened until `close`.

        Raises:
            WorkerError: it cannot be had; the same again each time, and its worker is gone.
        """
        if self._failure is not None:
            raise self._failure
        if not self.made:
            try:
                self.made.append(self._make(self._stack))
            except BaseException as error:
                self._stack.close()
                if isinstance(error, WorkerError):
                    self._failure = error
                raise
        return self.made[0]

    def close(self) -> None:
        """End its worker."""
        self._stack.close()


def _best_of(tried: Sequence[Mapping[RunName, RunResult]]) -> dict[RunName, RunResult]:
    """Each run as it was trained first, or as it reached its threshold later."""
    found: dict[RunName, RunResult] = {}
    for results in tried:
        found |= {name: run for name, run in results.items() if name not in found or run.reached}
    return found


class CannotBeRun(Exception):
    """A submission cannot be loaded; `outcome` says why."""

    def __init__(self, outcome: Findings) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def _cannot_be_run(error: WorkerError, student: Student) -> Findings:
    places = error.places if isinstance(error, StudentError) else ()
    if places:
        reason = _("Your work cannot be run ({place}): {error}.", place=places[-1], error=error)
    else:
        reason = _("Your work cannot be run: {error}.", error=error)
    return Findings(reason=shorten(reason), notes=tuple(student.notes), layers=student.layers)
