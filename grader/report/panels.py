"""Where the parts of a plot stand: scales, ticks and lines in the units of an SVG's view box.

A plot is drawn by the template from these; its colours and type are the stylesheet's, so that it
follows the page into dark mode and print. A drawing library was used before: it took 40
milliseconds a plot where this takes less than one, and its SVG had to be rewritten to fit a page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 390.0
"""Of a plot's view box. So wide, its type is about 9 px high on a phone and 11 px on a desk."""
LEFT, RIGHT = 38.0, 378.0
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
    if not math.isfinite(span) or span <= 0 or low + span == low:
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


def goal_line(y: float, text: str, *, below: bool) -> Goal:
    """A threshold with its words where the curves are not.

    Args:
        y: where the line stands.
        text: its words.
        below: under the line on the right, as curves end above it; else over it on the left, where
            curves begin below.
    """
    if below:
        return Goal(y, text, RIGHT - 2, y + 11, "end")
    return Goal(y, text, LEFT + 3, y - 4, "start")


def tick_marks(scale: Scale, values: Sequence[float], texts: Sequence[str]) -> tuple[Tick, ...]:
    """Ticks at these values."""
    return tuple(Tick(scale.place(value), text) for value, text in zip(values, texts, strict=True))
