"""What the index page of a batch shows, worked out from the batch and its results.

Of each result only a digest is kept, so that a class of a thousand needs no more memory than its
page does. The parts of the page are worked out from the digests, each by a module of its own.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.report import wording
from grader.report.attention_views import Concern, ConcernList, concern_lists, concerns
from grader.report.class_curve_views import ClassPlot, Trace, class_plots, traces
from grader.report.heat_map_views import HeatMap, Outcome, heat_map, outcomes
from grader.report.histogram_views import Histogram, histogram
from grader.report.leaderboard_views import Contender, Leaderboard, contender, leaderboard
from grader.report.mistake_views import Made, MistakeCount, mistake_counts, mistakes_made
from grader.report.reason_views import CheckReasons, Loss, losses, reason_counts
from grader.report.row_views import Heading, Row, headings, row
from grader.report.source_views import SourceView, source_view
from grader.report.text import clean_line
from grader.report.views import DataLine, data_line
from grader.results import BatchEntry, BatchResult, SubmissionResult


@dataclass(frozen=True)
class Choice:
    """One option of a filter and how many rows it leaves."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class IndexPage:
    """All that `index.html.j2` prints."""

    assignment: str
    data: DataLine | None
    graded: int
    ungraded: int
    mean: str
    median: str
    max_score: str
    left_out: bool
    histogram: Histogram | None
    attention: tuple[ConcernList, ...]
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    states: tuple[Choice, ...]
    flags: tuple[Choice, ...]
    heat_map: HeatMap | None
    mistakes: tuple[MistakeCount, ...]
    reasons: tuple[CheckReasons, ...]
    curves: tuple[ClassPlot, ...]
    leaderboard: Leaderboard | None
    source: SourceView | None


@dataclass(frozen=True)
class _Digest:
    """What the page needs of one submission."""

    row: Row
    headings: tuple[Heading, ...]
    concerns: tuple[Concern, ...]
    outcomes: tuple[Outcome, ...] = ()
    losses: tuple[Loss, ...] = ()
    mistakes: tuple[Made, ...] = ()
    traces: tuple[Trace, ...] = ()
    contender: Contender | None = None
    older: tuple[str, ...] = ()


def index_page(batch: BatchResult, results: Iterable[SubmissionResult]) -> IndexPage:
    """Work out the index; `results` is read once, in any order."""
    entries = {entry.id: entry for entry in batch.submissions}
    read: dict[str, _Digest] = {}
    for result in results:
        entry = entries.get(result.submission.id)
        if entry is not None:
            read[entry.id] = _digest(entry, result)
    digests = [read.get(entry.id) or _digest_of_entry(entry) for entry in batch.submissions]
    rows = tuple(each.row for each in digests)
    graded = [entry for entry in batch.submissions if entry.status == "graded"]
    scores = [entry.final_score for entry in graded]
    top = max((entry.max_score for entry in batch.submissions), default=0.0)
    older = {name: digest.older for name, digest in read.items()}
    return IndexPage(
        assignment=clean_line(batch.assignment),
        data=data_line(batch.data),
        graded=len(graded),
        ungraded=len(batch.submissions) - len(graded),
        mean=wording.points(round(statistics.fmean(scores), 1)) if scores else wording.DASH,
        median=wording.points(round(statistics.median(scores), 1)) if scores else wording.DASH,
        max_score=wording.points(top),
        left_out=any(each.left_out is not None for each in rows),
        histogram=histogram(scores, top) if scores and top > 0 else None,
        attention=concern_lists(concern for each in digests for concern in each.concerns),
        headings=max((each.headings for each in digests), key=len, default=()),
        rows=rows,
        states=_states(rows),
        flags=_flags(rows),
        heat_map=heat_map(outcome for each in digests for outcome in each.outcomes),
        mistakes=mistake_counts(each for digest in digests for each in digest.mistakes),
        reasons=reason_counts(loss for each in digests for loss in each.losses),
        curves=class_plots((trace for each in digests for trace in each.traces), batch.fairness),
        leaderboard=leaderboard(each.contender for each in digests if each.contender),
        source=source_view(batch.source, older) if batch.source else None,
    )


def _digest(entry: BatchEntry, result: SubmissionResult) -> _Digest:
    line = row(entry, result)
    return _Digest(
        row=line,
        headings=headings(result.questions),
        concerns=concerns(entry, result, line.who),
        outcomes=outcomes(result),
        losses=losses(result, line.who),
        mistakes=mistakes_made(result, line.who),
        traces=traces(result, line.who),
        contender=contender(result, line.who),
        older=result.submission.older,
    )


def _digest_of_entry(entry: BatchEntry) -> _Digest:
    """Of a submission whose result was not among those that were read."""
    line = row(entry, None)
    return _Digest(line, (), concerns(entry, None, line.who))


def _states(rows: Sequence[Row]) -> tuple[Choice, ...]:
    """The filter by state; what no submission has is no choice."""
    choices = (
        Choice(state, label, sum(state in row.states for row in rows))
        for state, label in wording.STATE_WORDS.items()
    )
    return tuple(choice for choice in choices if choice.count)


def _flags(rows: Sequence[Row]) -> tuple[Choice, ...]:
    """The filter by flag."""
    counts = Counter(flag for row in rows for flag in row.flags)
    return tuple(Choice(name, name, count) for name, count in sorted(counts.items()))
