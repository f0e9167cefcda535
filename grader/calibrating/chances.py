"""How likely a right solution is to miss a threshold, and which threshold it would rarely miss.

A bound on a chance of one in a thousand cannot be had by counting misses in a few dozen trainings.
Accuracies of one network over seeds are close to normal, so the tail of a normal distribution is
bounded, by the exact theory of one-sided tolerance limits (noncentral t; G. J. Hahn and W. Q.
Meeker, "Statistical Intervals", 1991, chapter 4). What counting alone allows (C. J. Clopper and
E. S. Pearson, 1934) is told beside it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binomtest, chi2, norm, shapiro

from grader.rubric import Training

CONFIDENCE = 0.95
_FARTHEST = 12.0
"""Standard deviations beyond which a tail is not looked for."""
STEP = 0.01
"""Thresholds are proposed in whole percents."""


@dataclass(frozen=True)
class Spread:
    """Accuracies of one run over seeds.

    Attributes:
        accuracies: the best one of each training, 0 to 1.
        normal: p-value of Shapiro and Wilk's test that they are normal; None where they are equal.
    """

    accuracies: tuple[float, ...]
    normal: float | None

    @property
    def mean(self) -> float:
        return statistics.fmean(self.accuracies)

    @property
    def deviation(self) -> float:
        return statistics.stdev(self.accuracies)


@dataclass(frozen=True)
class Chance:
    """The chance to miss a threshold.

    Attributes:
        missed: how many trainings did, of those that were carried out.
        one: estimate for one training.
        ruled: estimate by the rubric's rule, with further seeds after a near miss.
        bound: of `ruled`, from above, at 95 % confidence.
        counted: the same of `one` by counting alone.
    """

    missed: int
    one: float
    ruled: float
    bound: float
    counted: float


def spread_of(accuracies: Sequence[float]) -> Spread:
    """What several trainings reached.

    Raises:
        ValueError: there are fewer than three.
    """
    if len(accuracies) < 3:
        raise ValueError("at least three trainings are needed to speak of a spread")
    different = len(set(accuracies)) > 1
    return Spread(tuple(accuracies), float(shapiro(accuracies).pvalue) if different else None)


def chance_to_miss(spread: Spread, threshold: float, rules: Training) -> Chance:
    """The chance that a right solution misses a threshold."""
    missed = sum(accuracy < threshold for accuracy in spread.accuracies)
    counted = binomtest(missed, len(spread.accuracies)).proportion_ci(2 * CONFIDENCE - 1, "exact")
    # Two tails are bounded at once, each at half of the risk (Bonferroni).
    confidence = 1 - (1 - CONFIDENCE) / 2
    far = threshold - rules.near_miss
    return Chance(
        missed=missed,
        one=_tail(spread, threshold),
        ruled=_ruled(_tail(spread, far), _tail(spread, threshold), rules),
        bound=_ruled(
            _tail_bound(spread, far, confidence), _tail_bound(spread, threshold, confidence), rules
        ),
        counted=float(counted.high),
    )


def propose_threshold(spread: Spread, rate: float, rules: Training) -> float:
    """The highest threshold, in whole percents, whose bound is at most that rate."""
    steps = range(round(1 / STEP), 0, -1)
    found = (n * STEP for n in steps if chance_to_miss(spread, n * STEP, rules).bound <= rate)
    return round(next(found, 0.0), 4)


def _ruled(far: float, near: float, rules: Training) -> float:
    """A miss by far counts at once, a near one where all further seeds miss, too."""
    return min(1.0, far + (near - far) * near**rules.further_seeds)


def _tail(spread: Spread, below: float) -> float:
    """The share of a normal distribution below a value."""
    if spread.deviation == 0:
        return float(spread.mean < below)
    return float(norm.cdf(below, spread.mean, spread.deviation))


def _tail_bound(spread: Spread, below: float, confidence: float) -> float:
    """At most that share, at that confidence, by what was seen of it."""
    many = len(spread.accuracies)
    if spread.deviation == 0:
        return float(spread.mean < below)
    seen = math.sqrt(many) * (spread.mean - below) / spread.deviation

    def excess(z: float) -> float:
        return _noncentral_t(seen, many - 1, math.sqrt(many) * z) - confidence

    if excess(-_FARTHEST) < 0:
        return 1.0
    if excess(_FARTHEST) > 0:
        return float(norm.sf(_FARTHEST))
    return float(norm.sf(brentq(excess, -_FARTHEST, _FARTHEST)))


def _noncentral_t(value: float, freedom: int, shift: float) -> float:
    """The noncentral t distribution's share up to a value.

    `scipy.stats.nct` gives NaN where the shift is large. It is the mean, over the distribution of
    the sample's deviation, of a normal share; 4,000 of its quantiles are enough for 4 digits.
    """
    return float(norm.cdf(value * _relative_deviations(freedom) - shift).mean())


@cache
def _relative_deviations(freedom: int) -> NDArray[np.float64]:
    shares = (np.arange(4000) + 0.5) / 4000
    quantiles: NDArray[np.float64] = np.sqrt(chi2.ppf(shares, freedom) / freedom)
    return quantiles
