"""One training of one run with one seed: carried out in the worker, measured here.

The worker trains on the training split. Now and then it pauses, is shown held-out images without
labels and returns scores; accuracy is computed here, from labels that never leave this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grader.errors import StudentError, TimeUsedUp, WorkerCrashed, WorkerError
from grader.language import _
from grader.protocol import messages as m
from grader.protocol import parts
from grader.results import CurvePoint, RunName
from grader.rubric import RunSpec, Training
from grader.sandbox.student import Student
from grader.sandbox.values import student_error
from grader.training.measuring import HeldOut
from grader.understanding.matched import MatchedRun

LOSS_DIGITS = 4
EPOCH_DIGITS = 3
_NO_ANSWER = CurvePoint(iteration=0, loss=None, val_accuracy=0.0)
"""The measurement of a model that raises before it is trained."""


@dataclass(frozen=True)
class Progress:
    """Where a running training stands; for whoever watches."""

    run: RunName
    attempt: int
    iteration: int
    epoch: float
    budget: int
    loss: float | None
    val_accuracy: float
    threshold: float


@dataclass(frozen=True)
class Order:
    """What is to be trained: one run, as often as it takes.

    Attributes:
        name: of the run.
        matched: the recordings that make it up.
        spec: its threshold and budget.
        number: of the attempt, from 0.
        seed: of every random number generator.
        shuffled: whether it begins from weights whose values were shuffled.
        retry: how often the same was trained before with other seeds.
        mixed: whether it is trained in mixed precision.
    """

    name: RunName
    matched: MatchedRun
    spec: RunSpec
    number: int
    seed: int
    shuffled: bool = False
    retry: int = 0
    mixed: bool = False

    @property
    def target(self) -> str:
        """What is measured."""
        return self.matched.last.target


@dataclass(frozen=True)
class Unseen:
    """What a model that had reached its threshold made of images that nobody had shown it.

    Attributes:
        seen: its accuracy on the validation images.
        accuracy: on the unseen ones; None where it gave no scores.
        images: how many these were.
        problem: why it gave none.
    """

    seen: float
    accuracy: float | None
    images: int
    problem: str | None = None


@dataclass
class Attempt:
    """What one training with one seed showed.

    Attributes:
        order: what was trained.
        curve: what was measured.
        waited: for each measurement of it, seconds that student code was waited for until then.
        iterations: that were counted.
        epochs: that were counted.
        optimizers: that stepped, as far as the worker tells.
        habits: what it did that spoils a training, the same.
        shown_epochs: how many images were shown to measure, in epochs.
        cpu_seconds: processor time of all of it, measurements included: who trains while it is
            measured trains.
        unseen: what it made of images that were in no worker before, once it had reached.
        test_accuracy: of the challenge.
        problem: what ended it early.
        late: the same, where it was the time of the whole submission.
        where: and where.
        crashed: whether its process ended.
    """

    order: Order
    curve: list[CurvePoint] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    iterations: int = 0
    epochs: float = 0.0
    optimizers: tuple[parts.Optimizer, ...] = ()
    habits: tuple[m.Habit, ...] = ()
    shown_epochs: float = 0.0
    cpu_seconds: float = 0.0
    unseen: Unseen | None = None
    test_accuracy: float | None = None
    problem: str | None = None
    late: TimeUsedUp | None = None
    where: str | None = None
    crashed: bool = False

    @property
    def best(self) -> float | None:
        """Best validation accuracy."""
        return max((point.val_accuracy for point in self.curve), default=None)

    @property
    def work_epochs(self) -> float:
        """What the training may have worked through and the measurements have, in epochs."""
        return self.order.spec.epochs + self.shown_epochs

    @property
    def is_settled(self) -> bool:
        """Whether it reached its threshold, and was shown unseen images then."""
        return self.reached and self.unseen is not None and self.unseen.accuracy is not None

    @property
    def reached(self) -> bool:
        """Whether that is enough."""
        return self.best is not None and self.best >= self.order.spec.threshold


@dataclass(frozen=True)
class Conductor:
    """Carries out attempts.

    Attributes:
        held_out: what accuracies are measured on.
        rules: the rules for all runs.
        threads: that training may use.
        on_progress: told at every measurement.
        given_loops: whether what trains is the homework's own functions.
    """

    held_out: HeldOut
    rules: Training
    threads: int
    on_progress: Callable[[Progress], None]
    given_loops: bool = False

    def attempt(self, student: Student, order: Order) -> Attempt:
        """Train, and measure before, during and after."""
        attempt = Attempt(order)
        spent_before = student.time.spent

        def keep(point: CurvePoint) -> None:
            attempt.curve.append(point)
            attempt.waited.append(student.time.spent - spent_before)

        def measure(iteration: int, epoch: float, loss: float | None) -> None:
            accuracy = self.held_out.validation_accuracy(student, order.target)
            last = attempt.curve[-1] if attempt.curve else None
            if last is not None and (last.iteration, last.val_accuracy) == (iteration, accuracy):
                return  # nothing has changed since
            loss = None if loss is None else round(loss, LOSS_DIGITS)
            keep(CurvePoint(iteration=iteration, loss=loss, val_accuracy=accuracy))
            attempt.iterations, attempt.epochs = iteration, round(epoch, EPOCH_DIGITS)
            attempt.shown_epochs += self.held_out.epochs
            self.on_progress(_progress(order, iteration, epoch, loss, accuracy))
            if attempt.reached and attempt.unseen is None:
                # Here, and not when the training has ended: it may see to it that it never does.
                self._show_unseen(student, attempt, accuracy)

        begun: float | None = None
        stopped = False

        def count_work() -> None:
            now = student.cpu_seconds()
            if begun is not None and now is not None:
                attempt.cpu_seconds = now - begun

        def go_on(at: m.Paused) -> bool:
            nonlocal stopped
            measure(at.iteration, at.epoch, at.loss)
            count_work()
            if not attempt.curve[-1].val_accuracy and self._is_beyond_help(student, order):
                attempt.problem = _(
                    "all weights of a layer are NaN after {number} iterations", number=at.iteration
                )
                stopped = True
            stopped = stopped or (self.rules.stop_when_reached and attempt.reached)
            return not stopped

        try:
            self._prepare(student, order)
            try:
                self.held_out.probe(student, order.target)
                measure(0, 0.0, None)
            except StudentError:
                # What a layer of the student's own answers with, it may learn in its first step.
                keep(_NO_ANSWER)
            begun = student.cpu_seconds()
            ended = self._train(student, order, go_on)
            count_work()
            attempt.optimizers, attempt.habits = ended.optimizers, ended.habits
            if ended.error is not None:
                error = student_error(ended.error)
                attempt.problem = str(error)
                attempt.where = str(error.places[-1]) if error.places else None
            # An average of weights may have been put in their place after the last batch.
            if not stopped and (ended.error is None or attempt.iterations < ended.iteration):
                measure(ended.iteration, ended.epoch, ended.loss)
            if order.name == "challenge":
                attempt.test_accuracy = self.held_out.test_accuracy(student, order.target)
        except WorkerError as error:
            attempt.problem = str(error)
            attempt.crashed = isinstance(error, WorkerCrashed)
            attempt.late = error if isinstance(error, TimeUsedUp) else None
        if attempt.problem is not None and attempt.curve == [_NO_ANSWER]:
            attempt.curve.clear()  # it never answered
            attempt.waited.clear()
        return attempt

    def _show_unseen(self, student: Student, attempt: Attempt, seen: float) -> None:
        images = self.held_out.unseen_images
        try:
            order = attempt.order
            accuracy = self.held_out.unseen_accuracy(student, order.target, order.name)
            attempt.unseen = Unseen(seen, accuracy, images)
        except WorkerError as error:
            attempt.unseen = Unseen(seen, None, images, str(error))
            raise

    def accuracies_at(
        self,
        student: Student,
        order: Order,
        pauses: Sequence[int],
        called: NDArray[np.int64],
        seconds: float,
    ) -> list[float] | None:
        """Validation accuracies at some pauses; training is ended at the last of them.

        0 where nothing can be measured, because the training failed before or dawdled; None where
        the time that the submission may take was used up without, which says nothing of it.

        Args:
            student: the submission, on images whose classes are called so.
            order: what is trained.
            pauses: their numbers, from 1 and in order; the end, where that comes before.
            called: class -> the number that it is called by.
            seconds: how long it may take to the last pause before it dawdles.
        """
        spent_before = student.time.spent
        measured: list[float] = []
        passed = 0

        def measure() -> None:
            measured.append(self.held_out.validation_accuracy(student, order.target, called))

        def go_on(_: m.Paused) -> bool:
            nonlocal passed
            passed += 1
            if passed in pauses:
                measure()
            return passed < pauses[-1]

        try:
            self._prepare(student, order)
            self._train(student, order, go_on)
            if len(measured) < len(pauses):
                measure()
        except TimeUsedUp:
            if student.time.spent - spent_before < seconds:
                return None
            measured.append(0.0)
        except WorkerError:
            measured.append(0.0)
        # An end that comes before stands for all that would have come after it.
        return [*measured, *measured[-1:] * len(pauses)][: len(pauses)]

    def _is_beyond_help(self, student: Student, order: Order) -> bool:
        """Whether a run can come to nothing any more, whatever its budget.

        Weights that are NaN stay so under every step of the homework's own loops; one of the
        student's may set them anew.
        """
        if not self.given_loops or order.matched.last.api == "loop":
            return False
        weights = student.weights(order.target).values()
        lost = any(w.is_floating_point() and bool(w.isnan().all()) for w in weights if w.numel())
        return lost and not self.held_out.gives_numbers(student, order.target)

    def _prepare(self, student: Student, order: Order) -> None:
        if order.shuffled:
            student.shuffle_weights(order.target, order.seed)

    def _train(
        self, student: Student, order: Order, go_on: Callable[[m.Paused], bool]
    ) -> m.Trained:
        return student.train(
            order.matched.targets,
            seed=order.seed,
            epochs=order.spec.epochs,
            pauses_per_epoch=self.rules.validations_per_epoch,
            threads=self.threads,
            on_pause=go_on,
            # A loop may make its model itself, which nobody could shuffle before.
            shuffle_seed=order.seed if order.shuffled else None,
            own_seeds_moved=order.retry,
            mixed_precision=order.mixed,
        )


def _progress(
    order: Order, iteration: int, epoch: float, loss: float | None, accuracy: float
) -> Progress:
    return Progress(
        run=order.name,
        attempt=order.number,
        iteration=iteration,
        epoch=epoch,
        budget=order.spec.epochs,
        loss=loss,
        val_accuracy=accuracy,
        threshold=order.spec.threshold,
    )
