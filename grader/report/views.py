"""What the page of one submission shows, worked out from its result.

Templates print these and hold no arithmetic; strings here are words and figures, never markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.report import wording
from grader.report.code_views import CodeLine, code_lines
from grader.report.prose import Block, typeset
from grader.report.run_views import Run, run_view
from grader.report.text import clean, clean_line, optional_line
from grader.results import (
    RUN_NAMES,
    CheckResult,
    CheckStatus,
    DataInfo,
    IntegrityFlag,
    Provenance,
    QuestionResult,
    RunStatus,
    SubmissionResult,
    Timing,
)

LIST_LIMIT = 100
_ROUNDING = 1e-9
"""By which sums of points may differ that are equal."""


@dataclass(frozen=True)
class Share:
    """A score as text and as percentages of the maximum, for rings and bars."""

    score: str
    max_score: str
    earned: float
    left_out: float
    asked: float


@dataclass(frozen=True)
class Check:
    """One check of a question."""

    title: str
    tone: str
    word: str
    score: str
    max_score: str
    scored: bool
    reason: tuple[Block, ...]
    where: str | None
    misconception: str | None
    code: tuple[CodeLine, ...]


@dataclass(frozen=True)
class Question:
    """One question with its checks; `anchor` is its id in the page."""

    anchor: str
    title: str
    share: Share
    tone: str
    word: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Adjusted:
    """What a person decided on top of the checks."""

    what: str
    points: str | None
    reason: tuple[Block, ...]
    by: str


@dataclass(frozen=True)
class Items:
    """A list that was cut to a length one can read."""

    shown: tuple[str, ...]
    hidden: int


@dataclass(frozen=True)
class DataLine:
    """Which data the work was graded on."""

    description: str
    synthetic: bool


@dataclass(frozen=True)
class SubmissionPage:
    """All that `submission.html.j2` prints."""

    title: str
    name: str
    submission_id: str
    student_id: str
    entry: str | None
    files: Items
    graded: bool
    full_marks: bool
    reason: tuple[Block, ...]
    share: Share
    left_out: str | None
    lost: str
    adjusted: tuple[Adjusted, ...]
    found: str
    unsettled: str | None
    data: DataLine | None
    questions: tuple[Question, ...]
    runs: tuple[Run, ...]
    plots: tuple[Run, ...]
    integrity: tuple[IntegrityFlag, ...]
    notes: Items
    provenance: Provenance
    timing: Timing
    seconds: str


def submission_page(result: SubmissionResult) -> SubmissionPage:
    """Work out the page of one submission."""
    student = result.submission.student
    name = clean_line(student.name or "") or clean_line(student.id) or "Unnamed submission"
    graded = result.status == "graded"
    lost = result.max_score - result.final_score - result.left_out
    runs = tuple(run_view(run, result.runs[run]) for run in RUN_NAMES if run in result.runs)
    return SubmissionPage(
        title=f"{name}: {_final(result)}" if graded else f"{name}: not graded",
        name=name,
        submission_id=clean_line(result.submission.id),
        student_id=clean_line(student.id),
        entry=optional_line(result.submission.entry),
        files=_items(result.submission.files, clean_line),
        graded=graded,
        full_marks=graded and lost < _ROUNDING,
        reason=typeset(result.reason or ("" if graded else "No reason was recorded.")),
        share=share(result.final_score, result.max_score, result.left_out),
        left_out=_left_out(result),
        lost=wording.point_count(max(lost, 0.0)),
        adjusted=_adjusted(result),
        found=f"{wording.points(result.score)} of {wording.points(result.max_score)}",
        unsettled=_unsettled(result),
        data=data_line(result.provenance.data),
        questions=tuple(
            _question(question, number, result.adjusted_score(question))
            for number, question in enumerate(result.questions, 1)
        ),
        runs=runs,
        plots=tuple(run for run in runs if run.plot is not None),
        integrity=result.integrity[:LIST_LIMIT],
        notes=_items(result.notes),
        provenance=result.provenance,
        timing=result.timing,
        seconds=f"{result.timing.seconds:.1f}",
    )


def share(score: float, max_score: float, left_out: float = 0.0) -> Share:
    """A score out of a maximum; percentages are kept within 0 and 100 whatever the points are."""
    part = 100.0 / max_score if max_score > 0 else 0.0
    earned = min(max(score * part, 0.0), 100.0)
    unasked = min(max(left_out * part, 0.0), 100.0 - earned)
    return Share(
        score=wording.points(score),
        max_score=wording.points(max_score),
        earned=round(earned, 2),
        left_out=round(unasked, 2),
        asked=round(100.0 - unasked, 2),
    )


def data_line(data: DataInfo | None) -> DataLine | None:
    """Which data was graded on; None when none was."""
    if data is None:
        return None
    return DataLine(
        description=clean_line(data.description, 600) or clean_line(data.name),
        synthetic=wording.is_synthetic(data),
    )


def question_tone(question: QuestionResult) -> CheckStatus:
    """The one status that stands for a whole question."""
    statuses = {check.status for check in question.checks}
    if CheckStatus.ERROR in statuses:
        return CheckStatus.ERROR
    if statuses == {CheckStatus.SKIPPED}:
        return CheckStatus.SKIPPED
    if question.score >= question.max_score:
        return CheckStatus.PASSED
    return CheckStatus.PARTIAL if question.score > 0 else CheckStatus.FAILED


def _final(result: SubmissionResult) -> str:
    return f"{wording.points(result.final_score)} of {wording.points(result.max_score)}"


def _adjusted(result: SubmissionResult) -> tuple[Adjusted, ...]:
    titles = {question.id: clean_line(question.title) for question in result.questions}
    return tuple(
        Adjusted(
            what=titles.get(each.question, each.question) if each.question else "The whole work",
            points=wording.signed_points(each.points) if each.points else None,
            reason=typeset(each.reason),
            by=clean_line(each.by),
        )
        for each in result.adjustments
    )


def _left_out(result: SubmissionResult) -> str | None:
    """What was left out on request, in a sentence."""
    if result.left_out <= 0:
        return None
    training = any(run.status is RunStatus.SKIPPED for run in result.runs.values())
    what = "Training was" if training or not result.runs else "Some checks were"
    asked = wording.points(result.max_score - result.left_out)
    return (
        f"{what} left out on request: {wording.point_count(result.left_out)} not asked for, "
        f"{asked} of {wording.points(result.max_score)} could be earned here."
    )


def _unsettled(result: SubmissionResult) -> str | None:
    """The points that went missing because torchgrade failed, not the student."""
    checks = (check for question in result.questions for check in question.checks)
    missing = sum(
        check.max_score - check.score for check in checks if check.status is CheckStatus.ERROR
    )
    return wording.points(missing) if missing > 0 else None


def _question(question: QuestionResult, number: int, score: float) -> Question:
    tone = question_tone(question)
    return Question(
        anchor=f"question-{number}",
        title=clean_line(question.title) or clean_line(question.id),
        share=share(score, question.max_score),
        tone=tone.value,
        word=wording.CHECK_WORDS[tone],
        checks=tuple(_check(check) for check in question.checks),
    )


def _check(check: CheckResult) -> Check:
    return Check(
        title=clean_line(check.title) or clean_line(check.id),
        tone=check.status.value,
        word=wording.CHECK_WORDS[check.status],
        score=wording.points(check.score),
        max_score=wording.points(check.max_score),
        scored=check.max_score > 0,
        reason=typeset(check.reason),
        where=optional_line(check.where),
        misconception=optional_line(check.misconception),
        code=code_lines(check.lines),
    )


def _items(texts: Sequence[str], cleaned: Callable[[str], str] = clean) -> Items:
    return Items(
        shown=tuple(cleaned(text) for text in texts[:LIST_LIMIT]),
        hidden=max(len(texts) - LIST_LIMIT, 0),
    )
