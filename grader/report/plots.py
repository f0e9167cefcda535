"""The curve of one training run as inline SVG.

matplotlib draws with placeholder colours, which are then replaced by the page's CSS variables:
the plot follows the page into dark mode and print, and colours still stand once, in the
stylesheet. No pyplot, no global figure, no raster canvas.

The bytes depend on the run alone: the user's own matplotlibrc is set aside, element ids are
hashed with a fixed salt and prefixed with the run's name (several plots share a page), and no
date is written.
"""

from __future__ import annotations

import io
import math
import re
import threading
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.report import wording
from grader.results import CurvePoint, RunResult

INK, GRID, LINE, LOSS, GOAL, CARD = (f"#0a0b{n:02x}" for n in range(1, 7))
_VARIABLES = {
    INK: "var(--muted)",
    GRID: "var(--line)",
    LINE: "var(--accent)",
    LOSS: "var(--loss)",
    GOAL: "var(--goal)",
    CARD: "var(--card)",
}
# Any: the names of all settings are one Literal type from matplotlib 3.11 on, plain str before.
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: searchable, and in the page's own face
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
}
# matplotlib's settings are global: two threads that drew at once would draw with each other's.
_DRAWING = threading.Lock()
# Small on purpose: at this size its type is about 9 px on a phone and 11 px in the page.
_SIZE_INCHES = (5.4, 3.5)
_MARKERS_UP_TO = 40
# Beyond it a difference of two values, or the room above it, is more than a float can hold.
_LARGEST = 1e100
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_FONT = re.compile(r"font: (?:\w+ )*?([\d.]+px) [^;]*")
_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_REFERENCE = re.compile(r"url\(#")


@dataclass(frozen=True)
class Words:
    """What a curve shows: one line under the plot, and all of it for who cannot see it."""

    short: str
    long: str


def reached_at(run: RunResult) -> CurvePoint | None:
    """The first measurement at or above the threshold of a run that reached it."""
    if not run.reached:
        return None
    return next((point for point in run.curve if point.val_accuracy >= run.threshold), None)


def describe(title: str, run: RunResult) -> Words:
    """The curve of a run in words; `run.curve` is not empty."""
    first, last = run.curve[0], run.curve[-1]
    best = max(run.curve, key=lambda point: _share(point.val_accuracy))
    goal = wording.threshold(run.threshold)
    reached = reached_at(run)
    if reached is not None:
        verdict = f"Reached {goal} at iteration {wording.number(reached.iteration)}"
    elif run.reached:
        verdict = f"Reached {goal} with a further seed"
    else:
        verdict = _shortfall(run.threshold, best.val_accuracy)
    losses = [point.loss for point in run.curve if point.loss is not None and _drawn(point.loss)]
    loss = f" Training loss went from {_loss(losses[0])} to {_loss(losses[-1])}." if losses else ""
    long = (
        f"{title}: validation accuracy went from {wording.percent(first.val_accuracy)} at "
        f"iteration {wording.number(first.iteration)} to {wording.percent(last.val_accuracy)} at "
        f"iteration {wording.number(last.iteration)}, at best {wording.percent(best.val_accuracy)}."
        f" {verdict}.{loss}"
    )
    return Words(short=verdict, long=long)


def _shortfall(threshold: float, best: float) -> str:
    gap = wording.points(100 * (threshold - best))
    goal = wording.threshold(threshold)
    if best >= threshold or gap == "0":
        return f"Came to {goal} but not past it"
    return f"Stayed {gap} percentage {'point' if gap == '1' else 'points'} below {goal}"


def curve_svg(name: str, run: RunResult, label: str) -> str:
    """An `<svg>` element of the run's curve; `name` makes its ids unique, `label` describes it."""
    settings: Any = ["default", {**_STYLE, "svg.hashsalt": f"torchgrade-{name}"}]
    with _DRAWING, style.context(settings):
        figure = _draw(run)
        buffer = io.BytesIO()
        figure.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return _inline(buffer.getvalue(), name, label)


def _draw(run: RunResult) -> Figure:
    figure = Figure(figsize=_SIZE_INCHES)
    losses = [
        (_place(point.iteration), point.loss)
        for point in run.curve
        if point.loss is not None and _drawn(point.loss)
    ]
    if not losses:
        _draw_accuracy(figure.add_axes((0.1, 0.13, 0.86, 0.77)), run)
        return figure
    upper = figure.add_axes((0.1, 0.44, 0.86, 0.47))
    lower = figure.add_axes((0.1, 0.12, 0.86, 0.19), sharex=upper)
    _draw_accuracy(upper, run)
    upper.tick_params(labelbottom=False)
    upper.set_xlabel("")
    lower.plot(*zip(*losses, strict=True), color=LOSS, linewidth=1.5)
    lower.set_title("Training loss", loc="left", fontsize=9.5, color=INK, pad=5)
    lower.set_xlabel("iteration", loc="right", labelpad=1)
    lower.yaxis.set_major_locator(MaxNLocator(3))
    return figure


def _draw_accuracy(axes: Axes, run: RunResult) -> None:
    iterations = [_place(point.iteration) for point in run.curve]
    accuracies = [_share(point.val_accuracy) for point in run.curve]
    threshold = _share(run.threshold)
    axes.plot(
        iterations,
        accuracies,
        color=LINE,
        linewidth=2,
        marker="o" if len(iterations) <= _MARKERS_UP_TO else "",
        markersize=3,
    )
    axes.axhline(threshold, color=GOAL, linewidth=1.2, linestyle=(0, (4, 3)), gid="threshold")
    # Where the curve is not: under the line on the right once the curve is above it, else over
    # it on the left, where curves begin below.
    above = min(accuracies[-max(len(accuracies) // 3, 1) :]) >= threshold
    axes.annotate(
        f"threshold {wording.threshold(run.threshold)}",
        xy=(1 if above else 0, threshold),
        xycoords=("axes fraction", "data"),
        xytext=(-2, -3) if above else (2, 3),
        textcoords="offset points",
        ha="right" if above else "left",
        va="top" if above else "bottom",
        color=GOAL,
    )
    reached = reached_at(run)
    if reached is not None:
        axes.plot(
            [_place(reached.iteration)],
            [_share(reached.val_accuracy)],
            marker="o",
            markersize=8,
            markerfacecolor=CARD,
            markeredgecolor=LINE,
            markeredgewidth=2,
            linestyle="",
            gid="reached",
        )
    top = max(*accuracies, threshold)
    bottom = min(*accuracies, threshold)
    room = max(0.12 * (top - bottom), 0.02)
    axes.set_ylim(max(bottom - room, 0.0), min(top + 1.6 * room, 1.02))
    axes.set_title("Validation accuracy", loc="left", fontsize=9.5, color=INK, pad=5)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=f"{wording.NBSP}%"))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("iteration", loc="right", labelpad=1)


def _inline(document: bytes, name: str, label: str) -> str:
    """Make matplotlib's SVG document an element that can stand in a page beside others."""
    root = ElementTree.fromstring(document)
    for parent in list(root.iter()):
        for child in list(parent):
            # matplotlib's <style> has the selector "*": in a page it would style the whole page.
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _localise(element, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-label", label)
    title = ElementTree.Element("title")
    title.text = label
    root.insert(0, title)
    return ElementTree.tostring(root, encoding="unicode")


def _localise(element: ElementTree.Element, name: str) -> None:
    """Prefix ids and what refers to them, drop namespaces, put CSS variables in."""
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    for attribute, value in list(element.attrib.items()):
        if attribute == "id":
            element.set("id", f"{name}-{value}")
        elif attribute == f"{{{_XLINK}}}href":
            del element.attrib[attribute]
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        elif "url(#" in value:
            element.set(attribute, _REFERENCE.sub(f"url(#{name}-", value))
        elif attribute == "style":
            element.set("style", _themed(value))


def _themed(css: str) -> str:
    for colour, variable in _VARIABLES.items():
        css = css.replace(colour, variable)
    return _FAMILY.sub("", _FONT.sub(r"font-size: \1", css))


def _drawn(loss: float) -> bool:
    """Whether a loss stands in the plot; where it diverged the line has an end."""
    return math.isfinite(loss) and abs(loss) <= _LARGEST


def _loss(loss: float) -> str:
    return f"{loss:.2f}" if abs(loss) < 1e6 else f"{loss:.2e}"


def _share(value: float) -> float:
    """A share as it is drawn: between 0 and 1, and 0 where it is no number."""
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


def _place(iteration: int) -> int:
    """An iteration as it is drawn: a float counts no further."""
    return min(max(iteration, -(2**53)), 2**53)
