"""Every batch of training data that student code draws passes here.

While cells are loaded, a :class:`Rehearsal` lets enough through for the code to be understood;
while a run is trained, a :class:`Meter` counts, pauses and ends it.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterator
from fractions import Fraction
from typing import Protocol, TypeVar

import torch

from grader.harness.metering.counting import images_in

Batch = TypeVar("Batch")
MAX_EVALUATED = 4


class TrainingFound(BaseException):
    """A statement trains by itself; it is stopped here and run again under a meter.

    Not an Exception, so that a student's `except Exception` does not swallow it.
    """


class StopTraining(BaseException):
    """The run is over: its budget is used up or the trusted side has seen enough."""


class Policy(Protocol):
    """What happens to the batches that a loader is about to hand out.

    A batch that is drawn while gradients are off is never one of training, whatever the loader: a
    validation set that `random_split` made lies among the training images, too.
    """

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool, served: bool = True
    ) -> Iterator[Batch]:
        """Yield from `batches`, which are said to be of `images` images each.

        `served` tells whether they are known to be the homework's images.
        """


class Gate:
    """Holds the policy in force, and the data sets that were evaluated on; one a worker."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.evaluated: deque[object] = deque(maxlen=MAX_EVALUATED)

    def note_evaluation(self, dataset: object) -> None:
        """Somebody evaluates on a data set."""
        if not any(dataset is known for known in self.evaluated):
            self.evaluated.append(dataset)

    def pass_batches(
        self,
        begin: Callable[[], Iterator[Batch]],
        images: int,
        *,
        training: bool,
        served: bool = True,
    ) -> Iterator[Batch]:
        """Batches as whatever policy is in force lets them pass; `begin` begins to draw them.

        Where another policy is in force than when they were begun, they begin again:
        `batches = iter(loader_train)` may stand statements before the loop that draws from it.
        """
        return _Passing(
            self,
            lambda policy: policy.pass_batches(begin(), images, training=training, served=served),
        )


class _Passing(Iterator[Batch]):
    def __init__(self, gate: Gate, begin: Callable[[Policy], Iterator[Batch]]) -> None:
        self._gate = gate
        self._begin = begin
        self._policy: Policy | None = None

    def __next__(self) -> Batch:
        if self._policy is not self._gate.policy:
            self._policy = self._gate.policy
            self._batches = self._begin(self._policy)
        return next(self._batches)


class Rehearsal:
    """The policy while cells are loaded.

    A training loader gives as many batches as it is asked for until the statement has shown that
    it trains: by an optimizer step, or by the backward pass of a second batch. (Not by its draw,
    unless it draws on: a generator of the student's that is stopped has nothing left for the run.)
    Where nothing of the homework's was drawn (images cached in tensors, loops on made-up numbers)
    the statement trains when a model saw images and its optimizer steps again, or on a batch of
    some loader. An evaluation gets a few batches, so that it runs through quickly; whoever gathers
    training images without gradients, for no model to see, gets them all. Functions of weights are
    no models that could be seen: a second gradient of the ConvNet's weights is training, too.
    """

    EVALUATION_BATCHES = 2

    def __init__(self) -> None:
        self.begin_statement()

    def begin_statement(self) -> None:
        """Forget what the last statement did."""
        self.drew = self.drew_other = self.saw_images = self._evaluated = False
        self.went_backward = self.found = self._stepping = self._of_weights = False
        self._drew_again = False
        self._stepped: set[object] = set()

    @property
    def may_train(self) -> bool:
        """Whether a backward pass now could be one of a training loop."""
        return self.drew or self.saw_images or self._of_weights

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool, served: bool = True
    ) -> Iterator[Batch]:
        """See :class:`Policy`."""
        for count, batch in enumerate(batches):
            trains = training and torch.is_grad_enabled()
            evaluates = not trains and (self.saw_images or self._evaluated or not training)
            if evaluates and count >= self.EVALUATION_BATCHES:
                return
            if trains and self.went_backward and self._drew_enough():
                if self._drew_again:
                    self.stop()
                self._drew_again = True
            self.drew = self.drew or (trains and served)
            self.drew_other = self.drew_other or (trains and not served)
            yield batch

    def note_images(self) -> None:
        """A model was called on images."""
        self.saw_images = True

    def note_evaluation(self) -> None:
        """A model was called without gradients."""
        self._evaluated = True

    def note_backward(self, *, of_weights: bool = False) -> None:
        """A gradient is about to be computed; within a step that is given a closure it is that.

        `of_weights` tells that it is one of the ConvNet's weights.
        """
        in_closure = self._stepping and self._drew_enough()
        if in_closure or self._drew_again or (of_weights and self._of_weights):
            self.stop()
        self.went_backward = True
        self._of_weights = self._of_weights or of_weights

    def note_step(self, optimizer: object) -> None:
        """An optimizer is about to step."""
        again = self.saw_images and optimizer in self._stepped
        if self.went_backward and (self._drew_enough() or again):
            self.stop()
        self._stepped.add(optimizer)
        self._stepping = True

    def note_step_over(self) -> None:
        """An optimizer has stepped."""
        self._stepping = False

    def stop(self) -> None:
        """This statement trains.

        Raises:
            TrainingFound: always.
        """
        self.found = True
        raise TrainingFound

    def _drew_enough(self) -> bool:
        return self.drew or (self.drew_other and self.saw_images)


class Meter:
    """The policy while a run is trained.

    A run that is over stays so: code that goes on, since it swallowed that, is told so again by
    whatever it draws next.

    Iterations are the batches drawn for training, or the steps of the tensor that is changed most
    often where these are more: a loop on images that were kept in tensors draws nothing. Optimizers
    of different layers may step in turn; of one layer, each is a step. Nor does one that computes
    gradients of the same images over and over, and updates the weights by hand; what it computes
    beyond `PASSES` for every image that was drawn counts as drawn, too.

    A batch is as large as it is, or as its loader says where that is more: the last batch of an
    epoch is a short one, and costs a whole one. One of which no gradient was computed before the
    next is drawn was looked at and not trained on, as when an accuracy is computed without
    `torch.no_grad()`: it is taken back, up to as many as were trained on.

    Args:
        budget: epochs that may be drawn.
        epoch: images of one epoch.
        batch: images of a batch of which nothing is known.
        pauses_per_epoch: how often `on_pause` is called.
        on_pause: called between two batches; may raise StopTraining.
        on_batch: called for every batch.
    """

    PASSES = 2
    """Gradients of one image that are honest work; sharpness-aware minimisation takes two."""

    def __init__(
        self,
        *,
        budget: int,
        epoch: int,
        batch: int,
        pauses_per_epoch: int,
        on_pause: Callable[[], None],
        on_batch: Callable[[], None] = lambda: None,
    ) -> None:
        self._budget = budget
        self._epoch = epoch
        self._pauses_per_epoch = pauses_per_epoch
        self._on_pause = on_pause
        self._on_batch = on_batch
        self._pauses = 0
        self._is_over = False
        self._drawn = Fraction(0)
        self._owed = self._credit = self._second_pass = Fraction(0)
        self._unused = self._used = self._taken_back = Fraction(0)
        self._batch = batch
        self._steps: Counter[Hashable] = Counter()
        self.iterations = 0

    @property
    def epochs(self) -> float:
        """Epochs drawn so far."""
        return float(self._drawn)

    def pass_batches(
        self, batches: Iterator[Batch], images: int, *, training: bool, served: bool = True
    ) -> Iterator[Batch]:
        """See :class:`Policy`; evaluations pass freely."""
        while True:
            trains = training and torch.is_grad_enabled()
            if trains:
                self._pause_if_due()
            batch = next(batches, None)
            if batch is None:
                return
            if trains:
                size = max(images, images_in(batch))
                is_first = not self._take_back()
                self._count(size)
                self._batch = max(self._batch, size)
                self._unused = self._share(size)
                # What was taken back may be kept, and trained on together with this one.
                self._second_pass = (self.PASSES - 1) * self._unused if is_first else Fraction(0)
            yield batch

    def note_step(self, changed: Collection[Hashable], images: int) -> None:
        """An optimizer is about to step, after a gradient of that many images; 0: nobody knows.

        Args:
            changed: what tells apart the tensors that it changes.
            images: of the last gradient.
        """
        self._steps.update(changed)
        if max((self._steps[each] for each in changed), default=0) > max(1, self.iterations):
            self._pause_if_due()
            self._count(images or self._batch)

    def note_backward(self, images: int) -> None:
        """A gradient is about to be computed, of a model's scores for that many images.

        0 where nobody knows: functions of weights are no models. Whatever was counted pays for one
        gradient, at any time; for more, up to `PASSES`, only the batch that was drawn last does.
        """
        self._used, self._unused = self._used + self._unused, Fraction(0)
        images = images or self._batch
        self._owed += self._share(images)
        self._pay()
        if self._owed > self._share(images):  # one on trust: its batch may be counted later
            self._pause_if_due()
            self._count(images)
            self._pay()

    def _take_back(self) -> bool:
        """Uncount the last batch that was drawn, where nothing was learned from it; whether so."""
        if not self._unused or self._taken_back + self._unused > self._used:
            return False
        self._taken_back += self._unused
        self._drawn -= self._unused
        self._credit = max(self._credit - self._unused, Fraction(0))
        self.iterations -= 1
        return True

    def _pay(self) -> None:
        paid = min(self._owed, self._credit)
        self._owed, self._credit = self._owed - paid, self._credit - paid
        paid = min(self._owed, self._second_pass)
        self._owed, self._second_pass = self._owed - paid, self._second_pass - paid

    def _count(self, images: int) -> None:
        # Only a batch beyond the budget ends the run: code after the last one still runs.
        if self._drawn >= self._budget:
            raise StopTraining
        self._on_batch()
        self._drawn += self._share(images)
        self._credit += self._share(images)
        self.iterations += 1

    def _share(self, images: int) -> Fraction:
        """Of an epoch; a batch counts as its share of the batches of one epoch."""
        return Fraction(1, -(-self._epoch // max(1, images)))

    def _pause_if_due(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # a thread of the student's cannot hold the training up
        if self._is_over:
            raise StopTraining
        due = int(self._drawn * self._pauses_per_epoch)
        if due > self._pauses:
            self._pauses = due
            try:
                self._on_pause()
            except StopTraining:
                self._is_over = True
                raise
