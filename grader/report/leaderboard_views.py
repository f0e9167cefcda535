"""The challenge's leaderboard: the best accuracies that the grader itself measured."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report import wording
from grader.report.row_views import Who
from grader.report.text import clean_line
from grader.results import RunStatus, SubmissionResult

PLACES = 25
_MEASURED = (RunStatus.REACHED, RunStatus.MISSED)
"""A run that failed has no place: it crashed, or what it knew was not learned here."""


@dataclass(frozen=True)
class Contender:
    """One submission's challenge run; the first fields are what it is ranked by."""

    best: float
    iterations: int
    test: float | None
    epochs: float
    optimizer: str
    settings: str
    flagged: bool
    who: Who


@dataclass(frozen=True)
class Place:
    """One line of the leaderboard."""

    rank: int
    who: Who
    best: str
    test: str
    iterations: str
    epochs: str
    optimizer: str
    settings: str
    flagged: bool


@dataclass(frozen=True)
class Leaderboard:
    """The first places, and how many took part."""

    places: tuple[Place, ...]
    contenders: int


def contender(result: SubmissionResult, who: Who) -> Contender | None:
    """The submission's place-taker; None when its challenge run gave no accuracy."""
    run = result.runs.get("challenge")
    if run is None or run.status not in _MEASURED or run.best_val_accuracy is None:
        return None
    if not math.isfinite(run.best_val_accuracy):
        return None
    return Contender(
        best=run.best_val_accuracy,
        iterations=run.iterations,
        test=run.test_accuracy,
        epochs=run.epochs,
        optimizer=clean_line(run.optimizer.name) if run.optimizer else wording.DASH,
        settings=wording.settings(run.optimizer),
        flagged=bool(result.integrity),
        who=who,
    )


def leaderboard(found: Iterable[Contender]) -> Leaderboard | None:
    """By accuracy, then by who needed fewer iterations; equals share a rank."""
    ordered = sorted(found, key=_order)
    if not ordered:
        return None
    ranks: dict[tuple[float, int], int] = {}
    for number, each in enumerate(ordered, 1):
        ranks.setdefault(_order(each), number)
    places = tuple(_place(each, ranks[_order(each)]) for each in ordered[:PLACES])
    return Leaderboard(places, len(ordered))


def _order(each: Contender) -> tuple[float, int]:
    return -each.best, each.iterations


def _place(each: Contender, rank: int) -> Place:
    return Place(
        rank=rank,
        who=each.who,
        best=wording.percent(each.best),
        test=wording.percent(each.test),
        iterations=wording.number(each.iterations),
        epochs=wording.epochs(each.epochs),
        optimizer=each.optimizer,
        settings=each.settings,
        flagged=each.flagged,
    )
