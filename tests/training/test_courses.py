"""What a curve says about why a threshold was missed."""

from __future__ import annotations

import math

import pytest

from grader.results import CurvePoint
from grader.training.courses import course_of


def said(accuracies, losses=None):
    losses = losses or [2.3 - 0.1 * i for i in range(len(accuracies))]
    curve = [
        CurvePoint(iteration=100 * i, loss=loss, val_accuracy=accuracy)
        for i, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True))
    ]
    return course_of(curve, 10)


@pytest.mark.parametrize(
    ("accuracies", "losses", "words"),
    [
        ([0.1, 0.11, 0.1, 0.1], [None, 2.3, math.inf, math.nan], "infinite or no number"),
        ([0.1, 0.2, 0.12, 0.1], [2.3, 2.2, 9.0, 40.0], "grew from 2.3 to 40"),
        ([0.1, 0.1, 0.1, 0.1], [2.3, 2.3, 2.3, 2.3], "never changed"),
        ([0.1, 0.12, 0.11, 0.1], [2.4, 2.31, 2.3, 2.3], "what guessing gives"),
        ([0.1, 0.4, 0.38, 0.33], [2.3, 1.5, 1.0, 0.5], "fell again from 40.0% to 33.0%"),
        ([0.1, 0.2, 0.28, 0.33, 0.36, 0.39], None, "still rising"),
        ([0.1, 0.35, 0.39, 0.40, 0.40, 0.40], None, "levelled off"),
    ],
    ids=["infinite", "diverges", "untrained", "guesses", "overfits", "slow", "flat"],
)
def test_a_course_is_told_in_words(accuracies, losses, words):
    assert words in said(accuracies, losses)


def test_two_measurements_say_nothing():
    assert said([0.1, 0.3]) is None


def test_losses_that_nobody_knows_are_no_reason():
    assert "levelled off" in said([0.3, 0.39, 0.40, 0.40], [None] * 4)
