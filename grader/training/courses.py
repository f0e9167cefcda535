"""What the course of a training that missed its threshold says about why."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.language import _, plural
from grader.results import CurvePoint
from grader.rubric import RunSpec

RISE = 0.02
"""Of accuracy: less than this, between 1,000 images, chance may be the reason."""
GROWTH = 2.0
"""A loss that has grown so many times has left what can be learned."""
STILL = 1e-3
"""A loss that changed by no more than this share of itself was not trained."""


FAR_OFF = 5.0
"""Times the homework's learning rate, or the homework's that rate."""


def rate_mistake(rate: float, asked: float) -> str | None:
    """The known mistake that a learning rate is, next to the homework's."""
    if rate >= FAR_OFF * asked:
        return "learning_rate_high"
    return "learning_rate_low" if rate <= asked / FAR_OFF else None


def course_of(curve: Sequence[CurvePoint], classes: int) -> str | None:
    """A sentence, or None where the measurements say nothing.

    Args:
        curve: of the best training, in order.
        classes: of the data set; guessing is right once in so many times.
    """
    if len(curve) < 3:
        return None
    losses = [point.loss for point in curve if point.loss is not None]
    accuracies = [point.val_accuracy for point in curve]
    best = accuracies.index(max(accuracies))
    at_best = curve[best].loss
    if losses and not all(map(math.isfinite, losses)):
        return _("the loss became infinite or no number at all: steps that are too large do that")
    if len(losses) > 1 and losses[-1] > GROWTH * losses[0] > 0:
        return _(
            "the loss grew from {first:.3g} to {last:.3g}: steps that are too large do that",
            first=losses[0],
            last=losses[-1],
        )
    if accuracies[best] < 1 / classes + 2 * RISE:
        if losses and max(losses) - min(losses) <= STILL * abs(max(losses)):
            return _(
                "the loss never changed: what is trained has no part in the scores, or no gradient "
                "reaches it"
            )
        return _(
            "it stayed at what guessing gives: look at the size of the steps, at which parameters "
            "are trained, and at how the weights begin"
        )
    fell = accuracies[best] - accuracies[-1] > RISE
    if fell and at_best is not None and losses[-1] < at_best:
        return _(
            "it fell again from {best:.1%} to {last:.1%} while the training loss went on falling: "
            "the training images are learned by heart",
            best=accuracies[best],
            last=accuracies[-1],
        )
    late = accuracies[len(accuracies) * 2 // 3 :]
    if best >= len(curve) - 2 and late[-1] - late[0] > RISE:
        return _("it was still rising at the end: this learns too slowly for the budget")
    return _("it had levelled off before the end")


def shortfall(spec: RunSpec, best: float, attempts: int) -> str:
    """What was reached of what is asked for, as a clause.

    Args:
        spec: threshold and budget.
        best: validation accuracy, 0 to 1.
        attempts: trainings of which it is the best.
    """
    if attempts == 1:
        return plural(
            "the best validation accuracy within {number} epoch was {best:.1%}; "
            "{threshold:.0%} is asked for",
            "the best validation accuracy within {number} epochs was {best:.1%}; "
            "{threshold:.0%} is asked for",
            spec.epochs,
            best=best,
            threshold=spec.threshold,
        )
    return plural(
        "the best validation accuracy within {number} epoch was {best:.1%} (best of {seeds} "
        "seeds); {threshold:.0%} is asked for",
        "the best validation accuracy within {number} epochs was {best:.1%} (best of {seeds} "
        "seeds); {threshold:.0%} is asked for",
        spec.epochs,
        best=best,
        seeds=attempts,
        threshold=spec.threshold,
    )
