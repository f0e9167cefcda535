"""How many submissions have which score, as the bars of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.report import wording

BINS = 10
_PLOT_HEIGHT = 100.0
_BIN_WIDTH = 48.0
_BIN_GAP = 3.0


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in the units of its view box."""

    x: float
    y: float
    width: float
    height: float
    left: float
    middle: float
    count: int
    edge: str


@dataclass(frozen=True)
class Histogram:
    """How many submissions have which score."""

    bars: tuple[Bar, ...]
    width: float
    last_edge: str
    label: str


def histogram(scores: Sequence[float], top: float) -> Histogram:
    """Ten bars from 0 to `top`; the full score counts into the last one."""
    counts = [0] * BINS
    for score in scores:
        counts[min(max(int(BINS * score / top), 0), BINS - 1)] += 1
    edges = [wording.points(top * index / BINS) for index in range(BINS + 1)]
    tallest = max(counts)
    heights = [_PLOT_HEIGHT * count / tallest for count in counts]
    bars = tuple(
        Bar(
            x=round(index * _BIN_WIDTH + _BIN_GAP / 2, 1),
            y=round(_PLOT_HEIGHT - height, 1),
            width=_BIN_WIDTH - _BIN_GAP,
            height=round(height, 1),
            left=index * _BIN_WIDTH,
            middle=(index + 0.5) * _BIN_WIDTH,
            count=count,
            edge=edges[index],
        )
        for index, (count, height) in enumerate(zip(counts, heights, strict=True))
    )
    said = ", ".join(
        f"{count} from {edges[index]} to {edges[index + 1]}"
        for index, count in enumerate(counts)
        if count
    )
    return Histogram(
        bars=bars,
        width=BINS * _BIN_WIDTH,
        last_edge=edges[-1],
        label=f"Scores of {len(scores)} graded submissions: {said} points.",
    )
