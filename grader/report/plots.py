"""The curve of one training run: where it stands in its plot, and what it shows in words.

Any number may come: a run that diverged has losses that are infinite or none, and a submission can
make its loss whatever it likes. What cannot be drawn is left out, so that a line has an end there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from grader.language import _
from grader.report import phrases, wording
from grader.report.panels import (
    LEFT,
    RIGHT,
    WIDTH,
    Dot,
    Limit,
    Line,
    Panel,
    Scale,
    goal_line,
    path_of,
    tick_marks,
    ticks,
)
from grader.results import CurvePoint, RunName, RunResult

_HEIGHT = 252.0
_MARKERS_UP_TO = 40
_FAR = 100
"""Times the iterations of a run. A budget beyond is not drawn: the curve would be a dot."""
# Beyond it a difference of two values, or the room above it, is more than a float can hold.
_LARGEST = 1e100
_UPPER, _LOWER, _ALONE = (24.0, 141.0), (175.0, 222.0), (24.0, 218.0)


@dataclass(frozen=True)
class CurvePlot:
    """A run's plot; `name` makes its ids unique in the page, `label` says all that it shows."""

    name: str
    label: str
    caption: str
    panels: tuple[Panel, ...]
    width: float = WIDTH
    height: float = _HEIGHT


@dataclass(frozen=True)
class Words:
    """What a curve shows: one line under the plot, and all of it for who cannot see it."""

    short: str
    long: str


def curve_plot(name: RunName, run: RunResult) -> CurvePlot:
    """The plot of a run; `run.curve` is not empty."""
    words = describe(wording.run_title(name), run)
    budget = budget_of(run)
    across = iteration_scale(max(*(point.iteration for point in run.curve), budget or 0))
    losses = [
        (point.iteration, point.loss)
        for point in run.curve
        if point.loss is not None and _drawn(point.loss)
    ]
    panels: tuple[Panel, ...] = (_accuracy_panel(run, across, budget, _ALONE),)
    if losses:
        upper = _accuracy_panel(run, across, budget, _UPPER)
        panels = _stacked(upper, _loss_panel(losses, across))
    return CurvePlot(name, words.long, words.short, panels)


def reached_at(run: RunResult) -> CurvePoint | None:
    """The first measurement at or above the threshold of a run that reached it."""
    if not run.reached:
        return None
    return next((point for point in run.curve if point.val_accuracy >= run.threshold), None)


def budget_of(run: RunResult) -> int | None:
    """The iteration at which a run has to end; None where no measurement says how long one is."""
    if run.budget is None or run.iterations < 1 or not 0 < run.epochs < math.inf:
        return None
    iterations = run.budget * run.iterations / run.epochs
    return round(iterations) if iterations <= _FAR * run.iterations else None


def describe(title: str, run: RunResult) -> Words:
    """The curve of a run in words; `run.curve` is not empty."""
    first, last = run.curve[0], run.curve[-1]
    best = max(run.curve, key=lambda point: share_drawn(point.val_accuracy))
    goal = wording.threshold(run.threshold)
    reached = reached_at(run)
    if reached is not None:
        verdict = phrases.reached(goal, reached.iteration)
    elif run.reached:
        verdict = phrases.reached_later(goal)
    else:
        verdict = _shortfall(run.threshold, best.val_accuracy)
    losses = [point.loss for point in run.curve if point.loss is not None and _drawn(point.loss)]
    start = (wording.percent(first.val_accuracy), first.iteration)
    end = (wording.percent(last.val_accuracy), last.iteration)
    course = phrases.went(title, start, end, wording.percent(best.val_accuracy))
    long = f"{course} {verdict}."
    budget = budget_of(run)
    if budget is not None:
        long += f" {phrases.budget_was(wording.epochs(run.budget or 0), budget)}"
    if losses:
        long += f" {phrases.loss_went(_loss(losses[0]), _loss(losses[-1]))}"
    return Words(short=verdict, long=long)


def iteration_scale(last: int) -> Scale:
    """The horizontal axis, from 0 to the last iteration that was measured."""
    # A float counts no further than 2**53.
    return Scale(0.0, float(min(max(last, 1), 2**53)), LEFT, RIGHT)


def iteration_ticks(across: Scale) -> tuple[list[float], list[str]]:
    """Ticks of it with their words."""
    values = ticks(0.0, across.high, 5, least_step=1.0)
    return values, [wording.number(value) for value in values]


def accuracy_scale(accuracies: list[float], threshold: float, top: float, bottom: float) -> Scale:
    """The vertical axis: what was measured and the threshold, with some room."""
    most, least = max(*accuracies, threshold), min(*accuracies, threshold)
    room = max(0.12 * (most - least), 0.02)
    return Scale(max(least - room, 0.0), min(most + 1.6 * room, 1.02), bottom, top)


def accuracy_ticks(upward: Scale) -> tuple[list[float], list[str]]:
    """Ticks of it with their words, in whole percent."""
    values = ticks(upward.low, min(upward.high, 1.0), 5, least_step=0.01)
    return values, [f"{round(100 * value)}{wording.NBSP}%" for value in values]


def share_drawn(value: float) -> float:
    """A share as it is drawn: between 0 and 1, and 0 where it is no number."""
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _stacked(upper: Panel, lower: Panel) -> tuple[Panel, ...]:
    """Two panels over one axis, whose words are those of the lower one."""
    bare = tuple(replace(tick, text="") for tick in upper.x_ticks)
    return replace(upper, x_ticks=bare, x_title=""), lower


def _accuracy_panel(
    run: RunResult, across: Scale, budget: int | None, between: tuple[float, float]
) -> Panel:
    top, bottom = between
    accuracies = [share_drawn(point.val_accuracy) for point in run.curve]
    threshold = share_drawn(run.threshold)
    upward = accuracy_scale(accuracies, threshold, top, bottom)
    places = [
        (across.place(point.iteration), upward.place(accuracy))
        for point, accuracy in zip(run.curve, accuracies, strict=True)
    ]
    iterations, texts = iteration_ticks(across)
    reached = reached_at(run)
    few = len(places) <= _MARKERS_UP_TO
    limit = None
    if budget is not None:
        words = phrases.budget_line(wording.epochs(run.budget or 0))
        limit = Limit(across.place(budget), words, top + 8)
    return Panel(
        title=_(phrases.VALIDATION_ACCURACY),
        top=top,
        bottom=bottom,
        x_ticks=tick_marks(across, iterations, texts),
        y_ticks=tick_marks(upward, *accuracy_ticks(upward)),
        lines=(Line(path_of(places), "accuracy"),),
        x_title=_(phrases.ITERATION),
        goal=goal_line(
            upward.place(threshold),
            phrases.threshold_line(wording.threshold(run.threshold)),
            [places, *([limit.covered()] if limit else [])],
        ),
        limit=limit,
        dots=tuple(Dot(x, y) for x, y in places) if few else (),
        mark=None if reached is None else Dot(*places[run.curve.index(reached)]),
    )


def _loss_panel(losses: list[tuple[int, float]], across: Scale) -> Panel:
    top, bottom = _LOWER
    most, least = max(loss for _at, loss in losses), min(loss for _at, loss in losses)
    room = 0.06 * (most - least) or 0.1 * abs(most) or 0.1
    upward = Scale(least - room, most + room, bottom, top)
    values = ticks(upward.low, upward.high, 3)
    iterations, texts = iteration_ticks(across)
    places = [(across.place(iteration), upward.place(loss)) for iteration, loss in losses]
    return Panel(
        title=_(phrases.TRAINING_LOSS),
        top=top,
        bottom=bottom,
        x_ticks=tick_marks(across, iterations, texts),
        y_ticks=tick_marks(upward, values, [f"{value:.3g}" for value in values]),
        lines=(Line(path_of(places), "loss"),),
        x_title=_(phrases.ITERATION),
    )


def _shortfall(threshold: float, best: float) -> str:
    gap = wording.points(100 * (threshold - best))
    goal = wording.threshold(threshold)
    if best >= threshold or gap == "0":
        return phrases.equalled(goal)
    return phrases.stayed_below(goal, gap)


def _drawn(loss: float) -> bool:
    """Whether a loss stands in the plot; where it diverged the line has an end."""
    return math.isfinite(loss) and abs(loss) <= _LARGEST


def _loss(loss: float) -> str:
    return f"{loss:.2f}" if abs(loss) < 1e6 else f"{loss:.2e}"
