"""What a person has to look at before the grades go out: it stands first on the index page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report import phrases, wording
from grader.report.prose import Block, typeset
from grader.report.row_views import Who
from grader.report.text import clean_line
from grader.results import RUN_NAMES, BatchEntry, CheckStatus, SubmissionResult

SHOWN = 50
"""Concerns of one kind that are listed; the table can be filtered by all of them."""
OPEN = 10
"""A list longer than this is folded up at first."""


@dataclass(frozen=True)
class Concern:
    """One thing to look at in one submission."""

    kind: str
    who: Who
    text: tuple[Block, ...]
    flag: str | None = None


@dataclass(frozen=True)
class ConcernList:
    """All concerns of one kind."""

    heading: str
    hint: str
    count: int
    shown: tuple[Concern, ...]
    hidden: int
    open: bool


def concerns(entry: BatchEntry, result: SubmissionResult | None, who: Who) -> tuple[Concern, ...]:
    """What is to be looked at in a submission."""
    if entry.status == "ungraded":
        reason = result.reason if result else None
        return (Concern("ungraded", who, typeset(reason or phrases.NO_REASON)),)
    if result is None:
        return (Concern("ungraded", who, typeset("Its result.json was not found.")),)
    return (*_errors(result, who), *_flags(result, who), *_near_misses(result, who))


def concern_lists(found: Iterable[Concern]) -> tuple[ConcernList, ...]:
    """The concerns of a class by kind, the most urgent kind first."""
    by_kind: dict[str, list[Concern]] = defaultdict(list)
    for concern in found:
        by_kind[concern.kind].append(concern)
    return tuple(
        ConcernList(
            heading=heading,
            hint=hint,
            count=len(by_kind[kind]),
            shown=tuple(by_kind[kind][:SHOWN]),
            hidden=max(len(by_kind[kind]) - SHOWN, 0),
            open=len(by_kind[kind]) <= OPEN,
        )
        for kind, (heading, hint) in wording.CONCERNS.items()
        if kind in by_kind
    )


def _errors(result: SubmissionResult, who: Who) -> Iterable[Concern]:
    for question in result.questions:
        for check in question.checks:
            if check.status is CheckStatus.ERROR:
                title = clean_line(check.title) or clean_line(check.id)
                yield Concern("error", who, typeset(f"{title}\n{check.reason or ''}".strip()))


def _flags(result: SubmissionResult, who: Who) -> Iterable[Concern]:
    for item in result.integrity:
        yield Concern("flagged", who, typeset(item.text), flag=clean_line(item.flag))


def _near_misses(result: SubmissionResult, who: Who) -> Iterable[Concern]:
    for name in RUN_NAMES:
        run = result.runs.get(name)
        if run is not None and run.near_miss:
            yield Concern("near", who, typeset(wording.near_miss(wording.RUN_TITLES[name], run)))
