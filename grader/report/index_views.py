"""What the index page of a batch shows, worked out from the batch and its results."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from grader.report import wording
from grader.report.prose import Block, typeset
from grader.report.source_views import SourceView, source_view
from grader.report.text import clean_line
from grader.report.views import DataLine, Share, data_line, question_tone, share
from grader.results import BatchEntry, BatchResult, QuestionResult, SubmissionResult

BINS = 10
_PLOT_HEIGHT = 100.0
_BIN_WIDTH = 48.0
_BIN_GAP = 3.0


@dataclass(frozen=True)
class Mark:
    """One question of one submission as a small square."""

    tone: str
    label: str


@dataclass(frozen=True)
class Row:
    """One submission in the table."""

    submission_id: str
    name: str | None
    student_id: str | None
    href: str
    graded: bool
    share: Share
    left_out: str | None
    marks: tuple[Mark, ...]
    reason: tuple[Block, ...]
    flags: int
    adjusted: bool
    late: bool
    members: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in the units of its view box."""

    x: float
    y: float
    width: float
    height: float
    left: float
    middle: float
    count: int
    edge: str


@dataclass(frozen=True)
class Histogram:
    """How many submissions have which score."""

    bars: tuple[Bar, ...]
    width: float
    last_edge: str
    label: str


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
    legend: tuple[Mark, ...]
    ungraded_rows: tuple[Row, ...]
    graded_rows: tuple[Row, ...]
    source: SourceView | None


def index_page(batch: BatchResult, results: Iterable[SubmissionResult]) -> IndexPage:
    """Work out the index; `results` is read once and only what a row shows is kept of each."""
    entries = {entry.id: entry for entry in batch.submissions}
    rows: dict[str, Row] = {}
    older: dict[str, tuple[str, ...]] = {}
    for result in results:
        name = result.submission.id
        if name in entries:
            rows[name] = _row(entries[name], result)
            older[name] = result.submission.older
    ordered = [rows.get(entry.id) or _row(entry, None) for entry in batch.submissions]
    graded = [entry for entry in batch.submissions if entry.status == "graded"]
    scores = [entry.final_score for entry in graded]
    top = max((entry.max_score for entry in batch.submissions), default=0.0)
    return IndexPage(
        assignment=clean_line(batch.assignment),
        data=data_line(batch.data),
        graded=len(graded),
        ungraded=len(batch.submissions) - len(graded),
        mean=wording.points(round(statistics.fmean(scores), 1)) if scores else wording.DASH,
        median=wording.points(round(statistics.median(scores), 1)) if scores else wording.DASH,
        max_score=wording.points(top),
        left_out=any(row.left_out is not None for row in ordered),
        histogram=histogram(scores, top) if scores and top > 0 else None,
        legend=tuple(Mark(tone.value, word) for tone, word in wording.CHECK_WORDS.items()),
        ungraded_rows=tuple(row for row in ordered if not row.graded),
        graded_rows=tuple(row for row in ordered if row.graded),
        source=source_view(batch.source, older) if batch.source else None,
    )


def histogram(scores: Sequence[float], top: float) -> Histogram:
    """Ten bars from 0 to `top`; the full score counts into the last one."""
    counts = [0] * BINS
    for score in scores:
        counts[min(max(int(BINS * score / top), 0), BINS - 1)] += 1
    edges = [wording.points(top * index / BINS) for index in range(BINS + 1)]
    tallest = max(counts)
    heights = [_PLOT_HEIGHT * count / tallest for count in counts]
    bars = tuple(
        Bar(
            x=round(index * _BIN_WIDTH + _BIN_GAP / 2, 1),
            y=round(_PLOT_HEIGHT - height, 1),
            width=_BIN_WIDTH - _BIN_GAP,
            height=round(height, 1),
            left=index * _BIN_WIDTH,
            middle=(index + 0.5) * _BIN_WIDTH,
            count=count,
            edge=edges[index],
        )
        for index, (count, height) in enumerate(zip(counts, heights, strict=True))
    )
    said = ", ".join(
        f"{count} from {edges[index]} to {edges[index + 1]}"
        for index, count in enumerate(counts)
        if count
    )
    return Histogram(
        bars=bars,
        width=BINS * _BIN_WIDTH,
        last_edge=edges[-1],
        label=f"Scores of {len(scores)} graded submissions: {said} points.",
    )


def report_href(submission_id: str) -> str:
    """The address of a submission's page, relative to the index."""
    try:
        # File names that are no UTF-8 reach Python with escaped bytes; the link needs the bytes.
        encoded = quote(submission_id, safe="", errors="surrogateescape")
    except UnicodeEncodeError:
        encoded = quote(submission_id, safe="", errors="replace")
    return f"submissions/{encoded}/report.html"


def _row(entry: BatchEntry, result: SubmissionResult | None) -> Row:
    student = result.submission.student if result else None
    left_out = result.left_out if result else 0.0
    graded = entry.status == "graded"
    reason = result.reason if result else None
    return Row(
        submission_id=clean_line(entry.id) or "(no id)",
        name=clean_line(student.name) or None if student and student.name else None,
        student_id=clean_line(student.id) if student else None,
        href=report_href(entry.id),
        graded=graded,
        share=share(entry.final_score, entry.max_score, left_out),
        left_out=wording.points(left_out) if left_out > 0 else None,
        marks=_marks(result) if result else (),
        reason=() if graded else typeset(reason or "No reason was recorded."),
        flags=len(result.integrity) if result else 0,
        adjusted=bool(result and result.adjustments),
        late=result.submission.late if result else False,
        members=tuple(
            clean_line(member.name or member.id)
            for member in (result.submission.members if result else ())
        ),
    )


def _marks(result: SubmissionResult) -> tuple[Mark, ...]:
    return tuple(_mark(each, result.adjusted_score(each)) for each in result.questions)


def _mark(question: QuestionResult, score: float) -> Mark:
    tone = question_tone(question)
    title = clean_line(question.title) or clean_line(question.id)
    points = f"{wording.points(score)} of {wording.points(question.max_score)}"
    return Mark(tone=tone.value, label=f"{title}: {points}, {wording.CHECK_WORDS[tone].lower()}")
