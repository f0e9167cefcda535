"""One training of one run with one seed: what is asked for, and what it showed."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.errors import TimeUsedUp
from grader.protocol import messages as m
from grader.protocol import parts
from grader.results import CurvePoint, RunName
from grader.rubric import RunSpec
from grader.understanding.matched import MatchedRun


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
        optimizers: that changed what was trained, as far as the worker tells.
        optimizers_beside: that stepped on something else, the same.
        habits: what it did that spoils a training, the same.
        shown_epochs: how many images were shown to measure, in epochs.
        cpu_seconds: processor time of all of it, measurements included: who trains while it is
            measured trains.
        unseen: what it made of images that were in no worker before, once it had reached.
        test_accuracy: of the challenge.
        problem: what ended it early.
        late: the same, where it was the time of the whole submission.
        where: and where.
        ended: whether it told that it had ended, by itself or when it was stopped.
    """

    order: Order
    curve: list[CurvePoint] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    iterations: int = 0
    epochs: float = 0.0
    optimizers: tuple[parts.Optimizer, ...] = ()
    optimizers_beside: tuple[parts.Optimizer, ...] = ()
    habits: tuple[m.Habit, ...] = ()
    shown_epochs: float = 0.0
    cpu_seconds: float = 0.0
    unseen: Unseen | None = None
    test_accuracy: float | None = None
    problem: str | None = None
    late: TimeUsedUp | None = None
    where: str | None = None
    ended: bool = False

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
