"""Carries out attempts: trained in the worker, measured here.

The worker trains on the training split. Now and then it pauses, is shown held-out images without
labels and returns scores; accuracy is computed here, from labels that never leave this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.errors import StudentError, TimeUsedUp, WorkerError
from grader.language import _
from grader.protocol import messages as m
from grader.results import CurvePoint, RunName
from grader.rubric import Training
from grader.sandbox.student import Student
from grader.sandbox.values import student_error
from grader.training.attempts import Attempt, Order, Unseen
from grader.training.measuring import HeldOut

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
        course = _Course(self, student, attempt)
        try:
            self._prepare(student, order)
            course.begin()
            ended = self._train(student, order, course.go_on)
            attempt.ended = True
            course.end(ended)
            if order.name == "challenge":
                attempt.test_accuracy = self.held_out.test_accuracy(student, order.target)
        except WorkerError as error:
            attempt.problem = attempt.problem or str(error)
            attempt.late = error if isinstance(error, TimeUsedUp) else None
        if attempt.problem is not None and attempt.curve == [_NO_ANSWER]:
            attempt.curve.clear()  # it never answered
            attempt.waited.clear()
        return attempt

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

    def is_beyond_help(self, student: Student, order: Order) -> bool:
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


class _Course:
    """An attempt while it is carried out: what is measured goes into it."""

    def __init__(self, conductor: Conductor, student: Student, attempt: Attempt) -> None:
        self._conductor = conductor
        self._held_out = conductor.held_out
        self._student = student
        self._attempt = attempt
        self._order = attempt.order
        self._spent_before = student.time.spent
        self._cpu_before: float | None = None
        self._stopped = False

    def begin(self) -> None:
        """Before the first step."""
        try:
            self._held_out.probe(self._student, self._order.target)
            self._measure(0, 0.0, None)
        except StudentError:
            # What a layer of the student's own answers with, it may learn in its first step.
            self._keep(_NO_ANSWER)
        self._cpu_before = self._student.cpu_seconds()

    def go_on(self, at: m.Paused) -> bool:
        """At a pause: whether there is more to come."""
        attempt = self._attempt
        self._measure(at.iteration, at.epoch, at.loss)
        self._count_work()
        if not attempt.curve[-1].val_accuracy and self._conductor.is_beyond_help(
            self._student, self._order
        ):
            attempt.problem = _(
                "all weights of a layer are NaN after {number} iterations", number=at.iteration
            )
            self._stopped = True
        if self._conductor.rules.stop_when_reached and attempt.reached:
            self._stopped = True
        return not self._stopped

    def end(self, ended: m.Trained) -> None:
        """After the last step."""
        attempt = self._attempt
        self._count_work()
        attempt.optimizers, attempt.habits = ended.optimizers, ended.habits
        attempt.optimizers_beside = ended.optimizers_beside
        if ended.error is not None:
            error = student_error(ended.error)
            attempt.problem = str(error)
            attempt.where = str(error.places[-1]) if error.places else None
        # An average of weights may have been put in their place after the last batch.
        if not self._stopped and (ended.error is None or attempt.iterations < ended.iteration):
            self._measure(ended.iteration, ended.epoch, ended.loss)

    def _measure(self, iteration: int, epoch: float, loss: float | None) -> None:
        attempt, order = self._attempt, self._order
        accuracy = self._held_out.validation_accuracy(self._student, order.target)
        last = attempt.curve[-1] if attempt.curve else None
        if last is not None and (last.iteration, last.val_accuracy) == (iteration, accuracy):
            return  # nothing has changed since
        loss = None if loss is None else round(loss, LOSS_DIGITS)
        self._keep(CurvePoint(iteration=iteration, loss=loss, val_accuracy=accuracy))
        attempt.iterations, attempt.epochs = iteration, round(epoch, EPOCH_DIGITS)
        attempt.shown_epochs += self._held_out.epochs
        self._conductor.on_progress(_progress(order, iteration, epoch, loss, accuracy))
        if attempt.reached and attempt.unseen is None:
            # Here, and not when the training has ended: it may see to it that it never does.
            self._show_unseen(accuracy)

    def _keep(self, point: CurvePoint) -> None:
        self._attempt.curve.append(point)
        self._attempt.waited.append(self._student.time.spent - self._spent_before)

    def _count_work(self) -> None:
        now = self._student.cpu_seconds()
        if self._cpu_before is not None and now is not None:
            self._attempt.cpu_seconds = now - self._cpu_before

    def _show_unseen(self, seen: float) -> None:
        images, order = self._held_out.unseen_images, self._order
        try:
            accuracy = self._held_out.unseen_accuracy(self._student, order.target, order.name)
            self._attempt.unseen = Unseen(seen, accuracy, images)
        except WorkerError as error:
            self._attempt.unseen = Unseen(seen, None, images, str(error))
            raise


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
