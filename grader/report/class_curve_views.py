"""Validation accuracy against iteration of the whole class: one plot a run, one line a training.

A training may end as soon as its threshold is reached, so that late iterations hold only those who
are slow: a mean over the class would fall where nobody got worse. Hence lines, and no mean.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.report import phrases, wording
from grader.report.calibration import chance
from grader.report.panels import WIDTH, Line, Panel, Scale, goal_line, path_of, tick_marks
from grader.report.plots import (
    accuracy_scale,
    accuracy_ticks,
    iteration_scale,
    iteration_ticks,
    reached_at,
    share_drawn,
)
from grader.report.row_views import Who
from grader.results import RUN_NAMES, Fairness, RunName, SubmissionResult

FAR = 5
"""Times the median of the last iterations. Who trains in tiny batches takes many more, and all the
others would stand in a corner; what lies beyond is not drawn."""
LINES = 100
"""Lines in one plot. More cannot be told apart, and a page of a thousand is to stay small."""
_TOP, _BOTTOM, _HEIGHT = 24.0, 218.0, 252.0


@dataclass(frozen=True)
class Trace:
    """One training of one submission; `reached` is the iteration at which it reached."""

    run: RunName
    points: tuple[tuple[int, float], ...]
    threshold: float
    counted: bool
    reached: int | None
    who: Who


@dataclass(frozen=True)
class ClassPlot:
    """All trainings of one run."""

    name: str
    title: str
    caption: str
    label: str
    panel: Panel
    missed: bool
    width: float = WIDTH
    height: float = _HEIGHT


@dataclass(frozen=True)
class _Curve:
    """One curve, of everybody who has it: equal trainings have one result."""

    trace: Trace
    owners: int

    @property
    def best(self) -> float:
        return max(accuracy for _, accuracy in self.trace.points)


def traces(result: SubmissionResult, who: Who) -> tuple[Trace, ...]:
    """The trainings of a submission that were measured."""
    found = []
    for name in RUN_NAMES:
        run = result.runs.get(name)
        if run is None or not run.curve:
            continue
        points = tuple((point.iteration, share_drawn(point.val_accuracy)) for point in run.curve)
        at = reached_at(run)
        reached = at.iteration if at else None
        found.append(Trace(name, points, share_drawn(run.threshold), run.reached, reached, who))
    return tuple(found)


def class_plots(found: Iterable[Trace], fairness: Sequence[Fairness] = ()) -> tuple[ClassPlot, ...]:
    """The plots of a class, in the order of the homework, with what is known of its thresholds."""
    known = {each.run: each for each in fairness}
    by_run: dict[RunName, list[Trace]] = defaultdict(list)
    for trace in found:
        by_run[trace.run].append(trace)
    return tuple(_plot(name, by_run[name], known.get(name)) for name in RUN_NAMES if name in by_run)


def _plot(name: RunName, found: Sequence[Trace], fairness: Fairness | None) -> ClassPlot:
    lasts = [trace.points[-1][0] for trace in found]
    across = iteration_scale(min(max(lasts), FAR * max(1, statistics.median_high(lasts))))
    curves = [each for each in _distinct(found) if each.trace.points[0][0] <= across.high]
    drawn = _spread(curves, LINES)
    threshold = found[0].threshold
    accuracies = [accuracy for trace in found for _, accuracy in trace.points]
    upward = accuracy_scale(accuracies, threshold, _TOP, _BOTTOM)
    iterations, texts = iteration_ticks(across)
    panel = Panel(
        title=phrases.VALIDATION_ACCURACY,
        top=_TOP,
        bottom=_BOTTOM,
        x_ticks=tick_marks(across, iterations, texts),
        y_ticks=tick_marks(upward, *accuracy_ticks(upward)),
        lines=tuple(_line(curve, across, upward) for curve in drawn),
        x_title=phrases.ITERATION,
        goal=goal_line(
            upward.place(threshold),
            phrases.threshold_line(wording.threshold(threshold)),
            [_places(curve, across, upward) for curve in drawn],
        ),
    )
    caption = _caption(found, threshold)
    if len(drawn) < len(curves):
        caption += (
            f" {len(drawn)} of {wording.number(len(curves))} different trainings are drawn, "
            "evenly from the best to the worst."
        )
    if fairness is not None:
        caption += (
            f" A right solution misses it in at most {chance(fairness.bound)} cases, as "
            f"{wording.number(fairness.trainings)} trainings of one tell with 95{wording.NBSP}% "
            "confidence."
        )
    title = wording.RUN_TITLES[name]
    missed = any(not curve.trace.counted for curve in drawn)
    return ClassPlot(f"class-{name}", title, caption, f"{title}: {caption}", panel, missed)


def _spread(curves: Sequence[_Curve], most: int) -> list[_Curve]:
    """At most so many of them, the first and the last among these, at even distances."""
    if len(curves) <= most:
        return list(curves)
    return [curves[round(n * (len(curves) - 1) / (most - 1))] for n in range(most)]


def _distinct(found: Sequence[Trace]) -> list[_Curve]:
    """Each different curve once, the best first."""
    owners: dict[tuple[object, ...], list[Trace]] = defaultdict(list)
    for trace in found:
        owners[(trace.points, trace.counted)].append(trace)
    curves = [_Curve(same[0], len(same)) for same in owners.values()]
    return sorted(curves, key=lambda curve: -curve.best)


def _places(curve: _Curve, across: Scale, upward: Scale) -> list[tuple[float, float]]:
    return [
        (across.place(at), upward.place(share))
        for at, share in curve.trace.points
        if at <= across.high
    ]


def _line(curve: _Curve, across: Scale, upward: Scale) -> Line:
    trace = curve.trace
    others = f" and {curve.owners - 1:,} more" if curve.owners > 1 else ""
    tone = "reached" if trace.counted else "missed"
    return Line(
        path_of(_places(curve, across, upward)),
        tone,
        f"{trace.who.name}{others}: {wording.percent(curve.best)}",
    )


def _caption(found: Sequence[Trace], threshold: float) -> str:
    counted = sum(trace.counted for trace in found)
    text = f"{counted:,} of {len(found):,} reached {wording.threshold(threshold)}"
    iterations = [trace.reached for trace in found if trace.reached is not None]
    if len(iterations) < 2:
        return f"{text}."
    middle = wording.number(statistics.median_low(iterations))
    return f"{text}, half of them by iteration {middle}."
