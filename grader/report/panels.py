"""Where the parts of a plot stand: scales, ticks and lines in the units of an SVG's view box.

A plot is drawn by the template from these; its colours and type are the stylesheet's, so that it
follows the page into dark mode and print. A drawing library was used before: it took 40
milliseconds a plot where this takes less than one, and its SVG had to be rewritten to fit a page.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH = 390.0
"""Of a plot's view box. So wide, its type is about 9 px high on a phone and 11 px on a desk."""
LEFT, RIGHT = 38.0, 378.0
_LETTER, _LETTER_HEIGHT = 5.2, 10.0
"""Of the words in a plot, about; their face is the reader's. A Korean letter is twice as wide."""
_NEAR = 4.0
_STRETCHES = 8
_LEAST = 1e-300
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Tick:
    """A tick of an axis with its words; no words where another axis says the same."""

    at: float
    text: str


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` -> places from `start` to `end`; no value is placed beyond."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value stands, to a tenth of a unit."""
        # Before any arithmetic: a whole number may be larger than every float.
        kept = min(max(value, self.low), self.high)
        if self.high <= self.low or math.isnan(kept):
            return self.start
        part = (kept - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)


@dataclass(frozen=True)
class Line:
    """A curve: `M` and `L` of a path; `tone` is its class; `title` is what it is of."""

    path: str
    tone: str
    title: str | None = None


@dataclass(frozen=True)
class Dot:
    """One point of a curve."""

    x: float
    y: float


@dataclass(frozen=True)
class Goal:
    """A threshold's line, with where its words stand."""

    y: float
    text: str
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Limit:
    """The vertical line at which a training has to end; its words stand at its top, to the left."""

    x: float
    text: str
    text_y: float

    def covered(self) -> tuple[tuple[float, float], ...]:
        """Places under its words, for what else has to find room."""
        width = _width(self.text)
        return tuple(
            (self.x - 3 - width * n / _STRETCHES, self.text_y - _LETTER_HEIGHT * up)
            for n in range(_STRETCHES + 1)
            for up in (0, 0.5, 1)
        )


@dataclass(frozen=True)
class Panel:
    """One pair of axes with what is drawn between them."""

    title: str
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    x_title: str = ""
    goal: Goal | None = None
    limit: Limit | None = None
    dots: tuple[Dot, ...] = ()
    mark: Dot | None = None
    left: float = LEFT
    right: float = RIGHT


def ticks(low: float, high: float, most: int, *, least_step: float = 0.0) -> list[float]:
    """Round values from `low` to `high`, about `most` of them and not more than one beyond that.

    Args:
        low: one end, finite.
        high: the other.
        most: how many there is room for.
        least_step: two neighbours are not nearer; 1 for what is counted.
    """
    span = (high - low) / most
    # What a float cannot tell from its neighbours is no step, and neither what has no power of ten.
    if not max(_LEAST, 1e-12 * abs(low), 1e-12 * abs(high)) < span < math.inf:
        return [low]
    power = 10.0 ** math.floor(math.log10(span))
    fitting = (step * power for step in _STEPS if step * power >= span * 0.999)
    step = max(next(fitting, 10.0 * power), least_step)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [(first + index) * step for index in range(min(last - first, most) + 1)]


def path_of(places: Iterable[tuple[float, float]]) -> str:
    """The path through these places."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)


def goal_line(y: float, text: str, curves: Iterable[Sequence[tuple[float, float]]]) -> Goal:
    """A threshold with its words at an end of its line, over or under it, where no curve is.

    Args:
        y: where the line stands.
        text: its words.
        curves: the places that each curve goes through.
    """
    width = _width(text)
    # Where curves mostly are not: over the line before they reach it, under it after they have.
    sides = [
        Goal(y, text, LEFT + 3, y - 4, "start"),
        Goal(y, text, RIGHT - 2, y + 11, "end"),
        Goal(y, text, RIGHT - 2, y - 4, "end"),
        Goal(y, text, LEFT + 3, y + 11, "start"),
    ]
    places = [place for curve in curves for place in _along(curve)]
    return min(sides, key=lambda side: sum(_covers(side, width, place) for place in places))


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(letter) in "FW" for letter in text)
    return _LETTER * (len(text) + wide)


def _along(curve: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Places on a curve, near enough to one another that none jumps over a line of words."""
    yield from curve[-1:]
    for (x0, y0), (x1, y1) in pairwise(curve):
        steps = max(math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / _NEAR), 1)
        for n in range(steps):
            yield x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps


def _covers(goal: Goal, width: float, place: tuple[float, float]) -> bool:
    left = goal.text_x - (width if goal.anchor == "end" else 0)
    return (
        left - 2 <= place[0] <= left + width + 2
        and goal.text_y - _LETTER_HEIGHT <= place[1] <= goal.text_y + 3
    )


def tick_marks(scale: Scale, values: Sequence[float], texts: Sequence[str]) -> tuple[Tick, ...]:
    """Ticks at these values."""
    return tuple(Tick(scale.place(value), text) for value, text in zip(values, texts, strict=True))
