"""Grade one submission: Submission x Rubric -> SubmissionResult. Runs in the examiner."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

from grader.assembly import Findings, result_of
from grader.attempts import Progress
from grader.checks.cases import Cases, derive_seed
from grader.checks.examination import Examination
from grader.checks.explaining import Explains
from grader.checks.recorded import RecordedCases
from grader.checks.running import run_checks, shorten
from grader.choices import Mode
from grader.data import Store
from grader.errors import IsolationError, StudentError, WorkerError
from grader.intake import Submission
from grader.keys import key_of
from grader.looking import overview_of, problem_of
from grader.overview import Overview
from grader.protocol import messages as m
from grader.protocol import parts
from grader.provenance import provenance_of, setup_key
from grader.results import (
    Provenance,
    SubmissionResult,
    Timing,
)
from grader.rubric import CheckSpec, Rubric
from grader.sandbox.layers import FULL, MODES, IsolationConfig
from grader.sandbox.student import Deadlines, Material, Student
from grader.sandbox.workers import Worker
from grader.serving import TrainingFolders
from grader.sharing import Shelf
from grader.trainers import Trainers
from grader.training import EXCHANGES
from grader.understanding import HOMEWORK_NAMES, Understanding, open_student, understand

MAX_LOSSES = 2
"""How often a submission is examined whose worker somebody kills; the last time counts."""


@dataclass(frozen=True)
class Options:
    """How to grade."""

    train: bool = True
    full_curves: bool = False
    strict_isolation: bool = False
    isolation: Mode = "full"
    shared: Path | None = None
    """Where the reference's trainings are kept; None to train everything anew."""
    late_is_left_out: bool = False
    """Whether what no time was left for is left out, and not lost."""
    cases: Path | None = None
    """Where cases and their answers are recorded, for who has no reference; else None."""
    threads: int = 1
    """Of torch's operations, in training runs; everything else is quicker with one."""
    scratch: Path = Path(tempfile.gettempdir())
    """Where workers get their scratch folders."""


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
        self._control = control
        self._options = options
        self._folders = TrainingFolders(store, options.scratch, EXCHANGES) if store else None
        self._workers: list[Worker] = []

    @cached_property
    def trainers(self) -> Trainers:
        """What makes the trainer of a submission; only where there is a data set."""
        assert self._store is not None
        assert self._folders is not None
        return Trainers(
            self._rubric,
            self._store,
            self._folders,
            students=self._student_of,
            start_worker=self._start_worker,
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
        for _ in range(MAX_LOSSES):
            self._workers.clear()
            found = self._examine(submission, watcher)
            if not any(worker.lost for worker in self._workers):
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
        return result_of(submission, found, self._rubric, provenance, timing)

    def probe_isolation(self) -> tuple[str, ...]:
        """The layers a worker finds itself in; the worker runs nothing."""
        with self._start_worker(self._options.scratch) as worker:
            return worker.layers

    def _examine(self, submission: Submission, watcher: Watcher) -> Findings:
        with ExitStack() as stack:
            try:
                student, understanding = self.open(submission, stack)
            except CannotBeRun as failure:
                return failure.outcome
            self._require_isolation(student.layers)
            trainer = None
            if self._options.train:
                trainer = self.trainers.of(
                    student, submission, understanding.runs, watcher.on_progress
                )
            examination = Examination(
                student,
                self._rubric,
                partial(self._cases, submission.digest),
                understanding.runs,
                trainer,
                late_is_left_out=self._options.late_is_left_out,
                explains=self._explains,
                mended=stack.enter_context(student.mended("flatten")),
            )
            checks = run_checks(examination, watcher.on_check)
            return Findings(
                checks=checks,
                runs=trainer.results if trainer else {},
                flags=tuple(trainer.flags) if trainer else (),
                matched=understanding.runs,
                notes=(*student.notes, *understanding.notes),
                layers=student.layers,
            )

    def _cases(self, digest: str, spec: CheckSpec) -> Cases:
        if self._options.cases is not None:
            return RecordedCases(self._options.cases, spec)
        from grader.checks.drawing import DrawnCases  # a student's installation has no answers

        return DrawnCases(self._rubric.assignment, digest, spec, self._rubric.data)

    @cached_property
    def _explains(self) -> Explains | None:
        if self._options.cases is not None:
            return None  # who has no answers cannot tell what is wrong
        from grader.checks.diagnosis import Diagnoser

        return Diagnoser(self._rubric.tolerances)

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
            attempts.append(self._student(submission, cells))
            return attempts[-1]

        try:
            student = open_student(submission, make, stack)
        except WorkerError as error:
            raise CannotBeRun(_cannot_be_run(error, attempts[0])) from error
        return student, understand(student, submission, self._rubric.data)

    def _student(self, submission: Submission, cells: tuple[parts.Cell, ...]) -> Student:
        files = {name: submission.root / name for name in submission.files}
        folder = str(PurePosixPath(submission.entry or "").parent)
        return self._student_of(Material(cells, files, folder), submission.digest)

    def _student_of(self, material: Material, digest: str) -> Student:
        rubric = self._rubric
        data = m.Data(
            train_dir=str(self._folders.plain) if self._folders else None,
            mean=rubric.data.mean,
            std=rubric.data.std,
            batch_size=rubric.data.batch_size,
            nominal_train=rubric.data.train_images,
            nominal_validation=rubric.data.validation_images,
            nominal_test=rubric.data.test_images,
        )
        seed = derive_seed(rubric.assignment, digest, "load")
        return Student(
            material=material,
            start_worker=self._start_worker,
            load=m.Load(
                cells=(),
                seed=seed,
                data=data,
                output_bytes=rubric.limits.output_kb << 10,
                names=HOMEWORK_NAMES,
            ),
            deadlines=Deadlines(
                load=rubric.limits.load_seconds,
                request=rubric.limits.request_seconds,
                pause=rubric.limits.pause_seconds,
                train=rubric.limits.train_seconds,
                total=rubric.limits.total_seconds,
                restarts=rubric.limits.restarts,
            ),
            seed=seed,
            scratch=self._options.scratch,
        )

    def _start_worker(self, scratch: Path, training: Path | None = None) -> Worker:
        limits = self._rubric.limits
        isolation = IsolationConfig(
            scratch=str(scratch),
            readable=self._readable(training),
            memory_bytes=limits.memory_mb << 20,
            file_bytes=limits.file_mb << 20,
            scratch_bytes=limits.scratch_mb << 20,
            scratch_files=limits.scratch_files,
            cpu_seconds=int(limits.load_seconds + limits.train_seconds * len(self._rubric.runs))
            * max(1, self._options.threads),
            layers=MODES[self._options.isolation],
        )
        worker = Worker(self._control, isolation)
        self._workers.append(worker)
        return worker

    def _readable(self, training: Path | None) -> tuple[str, ...]:
        """What a worker may read of the data set, whose own folder holds the true labels."""
        if self._folders is None:
            return ()
        return str(training or self._folders.plain), str(self._folders.images)

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
        options = replace(self._options, scratch=Path(), shared=shared, cases=cases)
        return setup_key(self._rubric, self._store, repr(options))

    def provenance(self, key: str, layers: tuple[str, ...] = ()) -> Provenance:
        """What a result with that key is made from and with."""
        return provenance_of(key, self._rubric, self._store, layers)


class CannotBeRun(Exception):
    """A submission cannot be loaded; `outcome` says why."""

    def __init__(self, outcome: Findings) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def _cannot_be_run(error: WorkerError, student: Student) -> Findings:
    places = error.places if isinstance(error, StudentError) else ()
    place = f" ({places[-1]})" if places else ""
    reason = shorten(f"Your work cannot be run{place}: {error}.")
    return Findings(reason=reason, notes=tuple(student.notes), layers=student.layers)
