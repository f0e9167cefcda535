"""The trainer of each submission, with what all of them have; and the reference's trainings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import reference
from grader.data import Store
from grader.intake import Submission
from grader.machine import multiplies_bfloat16
from grader.protocol.parts import Cell
from grader.results import RunName, RunResult
from grader.rubric import Rubric
from grader.sandbox.student import Material, Student
from grader.sandbox.workers import Worker
from grader.seeds import derive_seed
from grader.training.conductor import Conductor, Progress
from grader.training.experiments import Experiment
from grader.training.first_steps import STEPS, FirstStepsTaker
from grader.training.given_loops import trains_as_given
from grader.training.inspector import Inspector
from grader.training.measuring import HeldOut
from grader.training.serving import TrainingFolders
from grader.training.sharing import Sharing, Shelf
from grader.training.trainer import Trainer
from grader.understanding.matched import MatchedRun

OnProgress = Callable[[Progress], None]


class Trainers:
    """Makes the trainer of a submission.

    Args:
        rubric: thresholds, budgets and rules.
        store: the data set.
        folders: what of it workers read.
        students: material and a digest -> a submission.
        start_worker: scratch, and the folder that is read in the place of the usual one -> worker.
        shelf: where the reference's trainings are kept; None where nothing is shared.
        threads: that a training may use.
        full_curves: whether runs go on when they have reached their threshold.
        late_is_left_out: whether a run that no time is left for is left out.
        has_reference: whether the reference is here, which a student's installation has not.
    """

    def __init__(
        self,
        rubric: Rubric,
        store: Store,
        folders: TrainingFolders,
        *,
        students: Callable[[Material, str], Student],
        start_worker: Callable[[Path, Path | None], Worker],
        shelf: Shelf | None,
        threads: int,
        full_curves: bool,
        late_is_left_out: bool,
        has_reference: bool,
    ) -> None:
        self._rubric = rubric
        self._store = store
        self._folders = folders
        self._students = students
        self._start_worker = start_worker
        self._shelf = shelf
        self._threads = threads
        self._full_curves = full_curves
        self._late_is_left_out = late_is_left_out
        self._has_reference = has_reference

    def of(
        self,
        student: Student,
        submission: Submission,
        runs: Mapping[RunName, MatchedRun],
        on_progress: OnProgress,
    ) -> Trainer:
        """The trainer of a submission."""
        given = trains_as_given(submission.cells, submission.files)
        if self._shelf is None or not given:
            return self._trainer(student, runs, submission.digest, on_progress, given_loops=given)
        sharing = Sharing(
            self._rubric.data,
            self._shelf,
            _Reference(self, on_progress),
            self._first_steps,
        )
        return self._trainer(
            student,
            runs,
            submission.digest,
            on_progress,
            given_loops=True,
            shared=partial(sharing.result, student),
            verified=partial(self._is_verified, submission.digest),
        )

    def reference(self, experiment: Experiment) -> Student:
        """The reference as a submission that trains that experiment, not yet opened."""
        source = Path(reference.__file__).with_name("experiment.py")
        cells = (
            Cell(source=f"EXPERIMENT = {experiment.model_dump()!r}", file="settings.py"),
            Cell(source=source.read_text(encoding="utf-8"), file=source.name),
        )
        return self._students(Material(cells, {}), experiment.key)

    def train_reference(
        self, experiment: Experiment, student: Student, matched: MatchedRun, on_progress: OnProgress
    ) -> RunResult:
        """What the reference's training comes to, by the rules that hold for everybody's."""
        runs = {experiment.run: matched}
        trainer = self._trainer(student, runs, experiment.key, on_progress, given_loops=True)
        return trainer.run(experiment.run)

    def _trainer(
        self,
        student: Student,
        runs: Mapping[RunName, MatchedRun],
        digest: str,
        on_progress: OnProgress,
        *,
        given_loops: bool,
        shared: Callable[[RunName, MatchedRun], RunResult | None] = lambda name, matched: None,
        verified: Callable[[RunName], bool] = lambda name: False,
    ) -> Trainer:
        rules = self._rubric.training
        if self._full_curves:
            rules = rules.model_copy(update={"stop_when_reached": False})
        seeds = partial(derive_seed, self._rubric.assignment, digest)
        conductor = Conductor(self._held_out, rules, self._threads, on_progress, given_loops)
        inspector = Inspector(
            student,
            self._rubric.integrity,
            conductor,
            seeds=seeds,
            exchanged=self.exchanged,
            epoch_seconds=lambda: self.reference_seconds,
            has_time_besides=not self._late_is_left_out,
        )
        return Trainer(
            student,
            runs,
            self._rubric,
            conductor,
            inspector,
            seeds=seeds,
            shared=shared,
            verified=verified,
            late_is_left_out=self._late_is_left_out,
            mixes=self._mixes,
        )

    @cached_property
    def _mixes(self) -> bool:
        return multiplies_bfloat16()  # of the machine: it is read once

    @cached_property
    def _held_out(self) -> HeldOut:
        # One for all submissions: the test images are put into another order, which copies them.
        unseen = self._rubric.integrity.unseen_images
        return HeldOut(self._store, threads=self._threads, unseen=unseen)

    @cached_property
    def _first_steps(self) -> FirstStepsTaker:
        batches = -(-self._store.sizes.train // self._rubric.data.batch_size)
        images = self._store.validation().images
        return FirstStepsTaker(images, max(1, batches // STEPS), self._threads)

    def _is_verified(self, digest: str, name: RunName) -> bool:
        """By lot, which depends on the submission's bytes alone."""
        lot = derive_seed(self._rubric.assignment, digest, "verify", name)
        return lot < self._rubric.training.verify_shared * 2**31

    @cached_property
    def reference_seconds(self) -> float:
        """Of the processor, for an epoch of the reference; endless where it cannot be told.

        Measured once, since it takes a fifth of a second.
        """
        layers = next((c.settings.layers for c in self._rubric.checks if c.settings.layers), None)
        if layers is None or not self._has_reference:
            return math.inf
        from grader.training.pace import epoch_seconds

        return epoch_seconds(self._rubric.data, layers, self._store.sizes.train)

    @contextmanager
    def exchanged(
        self, student: Student, seed: int, number: int
    ) -> Iterator[tuple[Student, NDArray[np.int64]]]:
        """The same submission where the labels of the classes are exchanged; class -> label."""
        served = self._folders.exchanged(number)
        data = student.load.data.model_copy(update={"train_dir": str(served.folder)})
        other = replace(
            student.fresh(seed),
            start_worker=lambda scratch: self._start_worker(scratch, served.folder),
            load=student.load.model_copy(update={"data": data}),
        )
        with other:
            yield other, served.called


class _Reference:
    """The reference's trainings, watched by whom they are carried out for."""

    def __init__(self, trainers: Trainers, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._trainers = trainers
        self.student = trainers.reference

    def train(self, experiment: Experiment, student: Student, matched: MatchedRun) -> RunResult:
        """See :class:`grader.training.sharing.Referee`."""
        return self._trainers.train_reference(experiment, student, matched, self._on_progress)
