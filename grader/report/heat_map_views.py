"""How the class did question by question: a table of how many earned which part of the points."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report import wording
from grader.report.question_views import question_tone
from grader.report.text import clean_line
from grader.results import CheckStatus, SubmissionResult

BANDS = ("none", "to a quarter", "to a half", "to three quarters", "more", "all")
"""Parts of the points that were asked for; the first and the last are exactly none and all."""
TINTS = 5
"""Tints from nobody (0) to the whole class."""


@dataclass(frozen=True)
class Outcome:
    """One question of one submission: the part of its points that was earned; None: not known."""

    question: str
    title: str
    part: float | None


@dataclass(frozen=True)
class Band:
    """How many submissions are in one band of one question."""

    count: int
    tint: int


@dataclass(frozen=True)
class HeatRow:
    """One question of the class."""

    title: str
    bands: tuple[Band, ...]
    unsettled: int
    mean: str


@dataclass(frozen=True)
class HeatMap:
    """All questions, in the order of the homework."""

    bands: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    unsettled: bool


def outcomes(result: SubmissionResult) -> tuple[Outcome, ...]:
    """What came of each question; what was not asked for, or the grader failed on, is unknown."""
    found = []
    for question in result.questions:
        asked = question.asked_points
        unsettled = question_tone(question) is CheckStatus.ERROR or asked <= 0
        part = None if unsettled else result.adjusted_score(question) / asked
        title = clean_line(question.title) or clean_line(question.id)
        found.append(Outcome(question.id, title, part))
    return tuple(found)


def heat_map(found: Iterable[Outcome]) -> HeatMap | None:
    """Count the outcomes of a class; None when there are none."""
    by_question: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        by_question[outcome.question].append(outcome)
    if not by_question:
        return None
    rows = tuple(_row(outcomes) for outcomes in by_question.values())
    return HeatMap(BANDS, rows, unsettled=any(row.unsettled for row in rows))


def _row(found: list[Outcome]) -> HeatRow:
    parts = [outcome.part for outcome in found if outcome.part is not None]
    counts = [0] * len(BANDS)
    for part in parts:
        counts[_band(part)] += 1
    return HeatRow(
        title=found[0].title,
        bands=tuple(Band(count, _tint(count, len(parts))) for count in counts),
        unsettled=len(found) - len(parts),
        mean=wording.percent(statistics.fmean(parts)) if parts else wording.DASH,
    )


def _band(part: float) -> int:
    if part <= 0:
        return 0
    if part >= 1:
        return len(BANDS) - 1
    return 1 + min(int(4 * part - 1e-9), 3)


def _tint(count: int, of: int) -> int:
    """At least the faintest tint where there is anybody: one in a thousand is to be seen, too."""
    return max(round(TINTS * count / of), 1) if count else 0
