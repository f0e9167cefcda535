"""One submission on the index page: its row of the table, and how other parts of the page name it.

A row's questions are a heat map: each cell prints its points and is tinted by what was lost, so
that a question which many got wrong is a coloured column, and a person in trouble a coloured row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from grader.report import wording
from grader.report.question_views import question_tone
from grader.report.score_views import Share, share
from grader.report.text import clean_line
from grader.results import (
    BatchEntry,
    CheckStatus,
    QuestionResult,
    SubmissionResult,
)

STEPS = 5
"""Tints between nothing lost (0) and everything lost."""

_TOLD = ("flagged", "near", "error", "late", "adjusted")
"""The states that stand under the status; the others are seen from status and score."""
_NUMBERED = re.compile(r"\b(?:question|문제)\s+(\w{1,3})\b", re.IGNORECASE)
_SHORT = 10


@dataclass(frozen=True)
class Who:
    """A submission as the page names it, with the address of its report."""

    name: str
    submission_id: str
    href: str


@dataclass(frozen=True)
class Heading:
    """A question above its column."""

    short: str
    title: str


@dataclass(frozen=True)
class Cell:
    """One question of one submission; `remark` says what the tint alone would."""

    points: str
    heat: str
    remark: str


@dataclass(frozen=True)
class Row:
    """One submission in the table; `states` and `flags` are what the page filters by."""

    who: Who
    word: str
    remarks: str
    states: tuple[str, ...]
    flags: tuple[str, ...]
    share: Share
    left_out: str | None
    cells: tuple[Cell, ...]


def row(entry: BatchEntry, result: SubmissionResult | None) -> Row:
    """The row of an entry of the batch; `result` is None where its file was not found."""
    left_out = result.left_out if result else 0.0
    states = _states(entry, result)
    return Row(
        who=who(entry, result),
        word=wording.SUBMISSION_WORDS[entry.status],
        remarks=", ".join(wording.STATE_WORDS[each].lower() for each in states if each in _TOLD),
        states=states,
        flags=tuple(sorted({clean_line(item.flag) for item in result.integrity}) if result else ()),
        share=share(entry.final_score, entry.max_score, left_out),
        left_out=wording.points(left_out) if left_out > 0 else None,
        cells=_cells(result) if result else (),
    )


def who(entry: BatchEntry, result: SubmissionResult | None) -> Who:
    """By the names of a group, else the student's name, else their number, else the id."""
    submission_id = clean_line(entry.id) or "(no id)"
    name = ""
    if result is not None:
        info = result.submission
        members = ", ".join(clean_line(each.name or each.id) for each in info.members)
        name = members or clean_line(info.student.name or "") or clean_line(info.student.id)
    return Who(name or submission_id, submission_id, report_href(entry.id))


def headings(results: Sequence[QuestionResult]) -> tuple[Heading, ...]:
    """The columns for these questions: `Q3` for a numbered one, else the title's first word."""
    titles = [clean_line(question.title) or clean_line(question.id) for question in results]
    shorts = [_short(title) for title in titles]
    return tuple(
        Heading(short if shorts.count(short) == 1 else str(number), title)
        for number, (short, title) in enumerate(zip(shorts, titles, strict=True), 1)
    )


def report_href(submission_id: str) -> str:
    """The address of a submission's page, relative to the index."""
    try:
        # File names that are no UTF-8 reach Python with escaped bytes; the link needs the bytes.
        encoded = quote(submission_id, safe="", errors="surrogateescape")
    except UnicodeEncodeError:
        encoded = quote(submission_id, safe="", errors="replace")
    return f"submissions/{encoded}/report.html"


def _states(entry: BatchEntry, result: SubmissionResult | None) -> tuple[str, ...]:
    statuses = {c.status for q in result.questions for c in q.checks} if result else set()
    graded = entry.status == "graded"
    left_out = result.left_out if result else 0.0
    # The score that decides is the one in the table: a person may have settled what was lost.
    full = graded and entry.final_score + left_out >= entry.max_score
    found = {
        "ungraded": not graded,
        "full": full,
        "lost": graded and not full,
        "flagged": bool(result and result.integrity),
        "near": bool(result and any(run.near_miss for run in result.runs.values())),
        "error": CheckStatus.ERROR in statuses,
        "late": bool(result and result.submission.late),
        "adjusted": bool(result and result.adjustments),
    }
    return tuple(state for state in wording.STATE_WORDS if found[state])


def _cells(result: SubmissionResult) -> tuple[Cell, ...]:
    return tuple(_cell(question, result.adjusted_score(question)) for question in result.questions)


def _cell(question: QuestionResult, score: float) -> Cell:
    asked = question.asked_points
    if asked <= 0 and score == question.score:
        return Cell(wording.DASH, "skipped", wording.CHECK_WORDS[CheckStatus.SKIPPED].lower())
    points = wording.points(score)
    if question_tone(question) is CheckStatus.ERROR:
        return Cell(points, "error", wording.CHECK_WORDS[CheckStatus.ERROR].lower())
    return Cell(points, f"lost-{_tint(score, asked)}", "")


def _tint(score: float, asked: float) -> int:
    """How much was lost, from 0 (nothing) to `STEPS` (everything)."""
    lost = min(max(1.0 - score / asked, 0.0), 1.0) if asked > 0 else 0.0
    if lost in (0.0, 1.0):
        return round(lost * STEPS)
    return min(max(round(lost * STEPS), 1), STEPS - 1)


def _short(title: str) -> str:
    numbered = _NUMBERED.search(title)
    if numbered is not None:
        return f"Q{numbered.group(1)}"
    words = title.split()
    return words[0][:_SHORT].rstrip(",:;") if words else wording.DASH
