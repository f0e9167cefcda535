"""Makes the proxies of submissions' workers, within the rubric's limits."""

from __future__ import annotations

import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.choices import Language, Mode
from grader.errors import WorkerNotStarted
from grader.intake import Submission
from grader.protocol import messages as m
from grader.protocol import parts
from grader.rubric import Rubric
from grader.sandbox.layers import MODES, THREADS, IsolationConfig
from grader.sandbox.student import Deadlines, Material, Student
from grader.sandbox.workers import Worker
from grader.seeds import derive_seed
from grader.training.serving import TrainingFolders
from grader.understanding.meaning import HOMEWORK_NAMES

_PAUSES = (1.0, 5.0, 15.0)
"""Seconds before a worker is ordered again that ended at once: somebody else's may have taken all
processes that there are, until its keeper sees it."""


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
    cores: tuple[int, ...] = ()
    """That workers run on; all where none is named."""
    cases: Path | None = None
    """Where cases and their answers are recorded, for who has no reference; else None."""
    language: Language = "en"
    """Of what is said."""
    threads: int = 1
    """Of torch's operations, in training runs; everything else is quicker with one."""
    scratch: Path = Path(tempfile.gettempdir())
    """Where workers get their scratch folders."""
    private: tuple[str, ...] = ()
    """What no worker may read, wherever it lies."""


class Students:
    """Makes them; keeps the workers that were started in mind.

    Args:
        rubric: its limits hold.
        folders: the training images; None where nothing is trained.
        control: the worker server's control socket.
        options: how to grade.
    """

    def __init__(
        self,
        rubric: Rubric,
        folders: TrainingFolders | None,
        control: socket.socket,
        options: Options,
    ) -> None:
        self._rubric = rubric
        self._folders = folders
        self._control = control
        self._options = options
        self._workers: list[Worker] = []
        self._patient = True

    def forget_workers(self) -> None:
        """Another submission, or the same once more."""
        self._workers.clear()

    @property
    def lost_one(self) -> bool:
        """Whether somebody killed a worker since."""
        return any(worker.lost for worker in self._workers)

    def of(self, submission: Submission, cells: tuple[parts.Cell, ...]) -> Student:
        files = {name: submission.root / name for name in submission.files}
        folder = str(PurePosixPath(submission.entry or "").parent)
        return self.of_material(Material(cells, files, folder), submission.digest)

    def of_material(self, material: Material, digest: str) -> Student:
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
            start_worker=self.start_worker,
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

    def start_worker(self, scratch: Path, training: Path | None = None) -> Worker:
        limits = self._rubric.limits
        isolation = IsolationConfig(
            scratch=str(scratch),
            readable=self._readable(training),
            private=self._options.private,
            memory_bytes=limits.memory_mb << 20,
            file_bytes=limits.file_mb << 20,
            scratch_bytes=limits.scratch_mb << 20,
            scratch_files=limits.scratch_files,
            cpu_seconds=int(limits.load_seconds + limits.train_seconds * len(self._rubric.runs))
            * max(1, self._options.threads),
            threads=THREADS + self._options.threads,
            cores=self._options.cores,
            layers=MODES[self._options.isolation],
        )
        worker = self._started(isolation)
        self._workers.append(worker)
        return worker

    def _started(self, isolation: IsolationConfig) -> Worker:
        """A worker; waited for where there may be room for one later.

        Where there was none in all that time, the next is not waited for: so a machine that has
        room for none says so of a whole class in minutes.
        """
        pauses = iter(_PAUSES if self._patient else ())
        self._patient = False
        while True:
            try:
                worker = Worker(self._control, isolation)
            except WorkerNotStarted as error:
                pause = next(pauses, None)
                if pause is None or not error.at_once:
                    raise
                time.sleep(pause)  # nothing tells when somebody else's processes end
            else:
                self._patient = True
                return worker

    def _readable(self, training: Path | None) -> tuple[str, ...]:
        """What a worker may read of the data set, whose own folder holds the true labels."""
        if self._folders is None:
            return ()
        return str(training or self._folders.plain), str(self._folders.images)
