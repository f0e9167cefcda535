"""Every batch of training data that student code draws passes here.

While cells are loaded, a :class:`Rehearsal` lets enough through for the code to be understood;
while a run is trained, a :class:`Meter` counts, pauses and ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Protocol, TypeVar

Batch = TypeVar("Batch")


class TrainingFound(BaseException):
    """A statement trains by itself; it is stopped here and run again under a meter.

    Not an Exception, so that a student's `except Exception` does not swallow it.
    """


class StopTraining(BaseException):
    """The run is over: its budget is used up or the trusted side has seen enough."""


class Policy(Protocol):
    """What happens to the batches that a loader is about to hand out."""

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool
    ) -> Iterator[Batch]:
        """Yield from `batches` (each of about `images` images)."""


class Gate:
    """Holds the policy in force; one a worker."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy


class Rehearsal:
    """The policy while cells are loaded.

    A training loader gives as many batches as it is asked for until the statement has shown that
    it trains: by an optimizer step, or by a second batch after a backward pass. A loader of
    held-out data gives a few batches, so that evaluations run through quickly.
    """

    EVALUATION_BATCHES = 2

    def __init__(self) -> None:
        self.drew = False
        self.went_backward = False
        self.found = False

    def begin_statement(self) -> None:
        """Forget what the last statement did."""
        self.drew = self.went_backward = self.found = False

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool
    ) -> Iterator[Batch]:
        """See :class:`Policy`."""
        for count, batch in enumerate(batches):
            if not training and count >= self.EVALUATION_BATCHES:
                return
            if training and self.drew and self.went_backward:
                self.stop()
            self.drew = self.drew or training
            yield batch

    def note_backward(self) -> None:
        """A gradient was computed."""
        self.went_backward = True

    def note_step(self) -> None:
        """An optimizer is about to step."""
        if self.drew:
            self.stop()

    def stop(self) -> None:
        """This statement trains.

        Raises:
            TrainingFound: always.
        """
        self.found = True
        raise TrainingFound


class Meter:
    """The policy while a run is trained.

    Args:
        budget: epochs that may be drawn.
        epoch: images of one epoch.
        pauses_per_epoch: how often `on_pause` is called.
        on_pause: called between two batches; may raise StopTraining.
    """

    def __init__(
        self, *, budget: int, epoch: int, pauses_per_epoch: int, on_pause: Callable[[], None]
    ) -> None:
        self._budget = budget
        self._epoch = epoch
        self._pauses_per_epoch = pauses_per_epoch
        self._on_pause = on_pause
        self._pauses = 0
        self._drawn = Fraction(0)
        self.iterations = 0

    @property
    def epochs(self) -> float:
        """Epochs drawn so far; a batch counts as its share of the batches of one epoch."""
        return float(self._drawn)

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool
    ) -> Iterator[Batch]:
        """See :class:`Policy`; held-out loaders pass freely."""
        if not training:
            yield from batches
            return
        share = Fraction(1, -(-self._epoch // images))
        while True:
            self._pause_if_due()
            batch = next(batches, None)
            if batch is None:
                return
            # Only a batch beyond the budget ends the run: code after the last one still runs.
            if self._drawn >= self._budget:
                raise StopTraining
            self._drawn += share
            self.iterations += 1
            yield batch

    def _pause_if_due(self) -> None:
        due = int(self._drawn * self._pauses_per_epoch)
        if due > self._pauses:
            self._pauses = due
            self._on_pause()
