"""Why the class lost points: which reasons were given, at which check, and how often.

Two students who made the same mistake rarely get the same words: shapes, differences and lines
differ. Reasons are counted as the same when they are the same without their figures and places; the
wording that was seen most often is shown.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from grader.choices import Language
from grader.language import _, capitalised, spoken
from grader.report import phrases
from grader.report.row_views import Who
from grader.report.text import clean_line
from grader.results import CheckResult, CheckStatus, SubmissionResult
from grader.sentences import WITH_CASE

SHOWN = 6
"""Reasons of one check that are shown; what is rarer is counted together."""
_LENGTH = 300
_LOST = (CheckStatus.FAILED, CheckStatus.PARTIAL, CheckStatus.ERROR)
_PLACE = re.compile(r"\S+\.(?:py|ipynb)(?:, cell \d+)?(?:, lines? \d+(?: to \d+)?)?")
_FIGURE = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?:\s?%)?")
_SHAPE = re.compile(r"\(#(?:, ?#)*,?\)")


@dataclass(frozen=True)
class Loss:
    """A check that one submission lost points at."""

    question: str
    check: str
    title: str
    reason: str
    kind: str
    misconception: str | None
    who: Who


@dataclass(frozen=True)
class ReasonCount:
    """One reason, how often it was seen, and one submission that has it."""

    text: str
    count: int
    varied: bool
    misconception: str | None
    example: Who


@dataclass(frozen=True)
class CheckReasons:
    """The reasons of one check, the most frequent first; `rarer` submissions have others."""

    question: str
    title: str
    count: int
    reasons: tuple[ReasonCount, ...]
    rarer: int


def losses(result: SubmissionResult, who: Who) -> tuple[Loss, ...]:
    """Where points were lost; a check that was not run for another's sake is not counted."""
    return tuple(
        _loss(clean_line(question.title) or clean_line(question.id), check, who, result.language)
        for question in result.questions
        for check in question.checks
        if check.status in _LOST
    )


def reason_counts(found: Iterable[Loss]) -> tuple[CheckReasons, ...]:
    """The losses of a class by check, the check that most lost points at first."""
    by_check: dict[str, list[Loss]] = defaultdict(list)
    for loss in found:
        by_check[loss.check].append(loss)
    counted = [_check_reasons(lost) for lost in by_check.values()]
    return tuple(sorted(counted, key=lambda check: -check.count))


def kind_of(reason: str) -> str:
    """A reason without its figures and places: what two students may have in common."""
    return _SHAPE.sub("(#)", _FIGURE.sub("#", _PLACE.sub("@", reason)))


def _loss(question: str, check: CheckResult, who: Who, language: Language) -> Loss:
    lines = (check.reason or "").strip().split("\n")
    reason = clean_line(_case(language).sub("", lines[0]), _LENGTH) or phrases.NO_REASON
    known = " and ".join(clean_line(each.title) for each in check.mistakes) or None
    return Loss(
        question=question,
        check=check.id,
        title=clean_line(check.title) or clean_line(check.id),
        reason=capitalised(reason),
        kind=f"known mistake: {known}" if known else kind_of(reason),
        misconception=known,
        who=who,
    )


@cache
def _case(language: Language) -> re.Pattern[str]:
    """What a reason begins with that speaks of a case."""
    with spoken(language):
        before = _(WITH_CASE).partition("{reason}")[0]
    head, _name, tail = capitalised(before).partition("{case}")
    return re.compile(rf"^{re.escape(head)}[^:\n]{{1,200}}{re.escape(tail)}(?=\S)")


def _check_reasons(lost: Sequence[Loss]) -> CheckReasons:
    by_kind: dict[str, list[Loss]] = defaultdict(list)
    for loss in lost:
        by_kind[loss.kind].append(loss)
    # sorted() keeps the order of the class among equals, so that a page stays the same.
    ordered = sorted((_reason(same) for same in by_kind.values()), key=lambda each: -each.count)
    shown = tuple(ordered[:SHOWN])
    return CheckReasons(
        question=lost[0].question,
        title=lost[0].title,
        count=len(lost),
        reasons=shown,
        rarer=len(lost) - sum(reason.count for reason in shown),
    )


def _reason(same: Sequence[Loss]) -> ReasonCount:
    text, _often = Counter(loss.reason for loss in same).most_common(1)[0]
    return ReasonCount(
        text=text,
        count=len(same),
        varied=any(loss.reason != text for loss in same),
        misconception=same[0].misconception,
        example=next(loss.who for loss in same if loss.reason == text),
    )
