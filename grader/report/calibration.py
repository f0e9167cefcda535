"""What `torchgrade calibrate` found: written as `calibration.json`, and drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from grader.report import wording
from grader.results import SCHEMA_VERSION, DataInfo, Record, RunName


class RunCalibration(Record):
    """One run of a right solution over seeds; all shares and chances are between 0 and 1."""

    run: RunName
    threshold: float
    accuracies: tuple[float, ...] = Field(description="the best of each training, in order of size")
    mean: float
    deviation: float
    normal: float | None = Field(description="p-value of Shapiro and Wilk's test of normality")
    missed: int = Field(description="trainings below the threshold")
    one: float = Field(description="estimated chance that one training misses")
    ruled: float = Field(description="the same by the rubric's rule, with further seeds")
    bound: float = Field(description="upper bound of `ruled`, 95 % confidence")
    counted: float = Field(description="upper bound of `one` by counting alone, 95 % confidence")
    proposed: float = Field(description="the highest threshold whose bound is at most the rate")


class MistakeReach(Record):
    """How often work with a known mistake reached its run's threshold all the same."""

    mistake: str
    run: RunName
    trainings: int
    reached: int
    best: float


class Calibration(Record):
    """All of it, and what it holds for."""

    schema_version: Literal[1] = SCHEMA_VERSION
    assignment: str
    data: DataInfo | None
    torch: str
    rate: float = Field(description="chance to miss that thresholds are proposed for")
    runs: tuple[RunCalibration, ...]
    mistakes: tuple[MistakeReach, ...] = ()


_WIDTH, _HEIGHT, _MARGIN = 640.0, 64.0, 20.0


@dataclass(frozen=True)
class StripPlot:
    """Every training as a dot above an axis of accuracy, and the threshold as a line."""

    dots: tuple[tuple[float, float], ...]
    threshold: float
    proposed: float
    ticks: tuple[tuple[float, str], ...]
    label: str
    width: float = _WIDTH
    height: float = _HEIGHT


def strip_plot(run: RunCalibration) -> StripPlot:
    """The plot of a run."""
    values = (*run.accuracies, run.threshold, run.proposed)
    low, high = min(values) - 0.01, max(values) + 0.01

    def across(accuracy: float) -> float:
        share = (accuracy - low) / (high - low)
        return round(_MARGIN + share * (_WIDTH - 2 * _MARGIN), 1)

    percents = range(math.ceil(100 * low), math.floor(100 * high) + 1)
    step = max(1, len(percents) // 8)
    return StripPlot(
        dots=tuple(zip(map(across, run.accuracies), _heights(run.accuracies), strict=True)),
        threshold=across(run.threshold),
        proposed=across(run.proposed),
        ticks=tuple((across(n / 100), f"{n}{wording.NBSP}%") for n in percents if n % step == 0),
        label=f"{wording.RUN_TITLES[run.run]}: {len(run.accuracies)} trainings between "
        f"{wording.percent(min(run.accuracies))} and {wording.percent(max(run.accuracies))}; the "
        f"threshold is {wording.threshold(run.threshold)}.",
    )


def _heights(accuracies: Sequence[float]) -> list[float]:
    """Dots of about the same accuracy stand above one another."""
    counts: dict[int, int] = {}
    heights = []
    for accuracy in accuracies:
        place = round(500 * accuracy)
        heights.append(_HEIGHT - 10.0 - 7.0 * min(counts.get(place, 0), 6))
        counts[place] = counts.get(place, 0) + 1
    return heights


def chance(share: float) -> str:
    """A chance in words that people read: 4 in 1,000; below one in a million as such."""
    if share < 1e-6:
        return "less than 1 in 1,000,000"
    for many in (100, 1_000, 10_000, 100_000, 1_000_000):
        if share * many >= 1:
            return f"{share * many:.2g} in {many:,}"
    return "1 in 1,000,000"
