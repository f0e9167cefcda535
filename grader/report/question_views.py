"""What a page shows of one question: its score, and each of its checks with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report import wording
from grader.report.code_views import CodeLine, code_lines
from grader.report.prose import Block, typeset
from grader.report.score_views import Share, share
from grader.report.text import clean_line, optional_line
from grader.results import CheckResult, CheckStatus, QuestionResult, SubmissionResult


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
    course: tuple[str, ...]
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


def question_view(question: QuestionResult, number: int, score: float) -> Question:
    """Work out one question: its place in the homework, and its score with all adjustments."""
    tone = question_tone(question)
    return Question(
        anchor=f"question-{number}",
        title=clean_line(question.title) or clean_line(question.id),
        share=share(score, question.max_score),
        tone=tone.value,
        word=wording.check_word(tone),
        checks=tuple(_check(check) for check in question.checks),
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


def unsettled_points(result: SubmissionResult) -> float:
    """The points that went missing because torchgrade failed, not the student."""
    checks = (check for question in result.questions for check in question.checks)
    return sum(
        check.max_score - check.score for check in checks if check.status is CheckStatus.ERROR
    )


def _check(check: CheckResult) -> Check:
    return Check(
        title=clean_line(check.title) or clean_line(check.id),
        tone=check.status.value,
        word=wording.check_word(check.status),
        score=wording.points(check.score),
        max_score=wording.points(check.max_score),
        scored=check.max_score > 0,
        reason=typeset(check.reason),
        where=optional_line(check.where),
        course=tuple(dict.fromkeys(clean_line(each.course) for each in check.mistakes)),
        code=code_lines(check.lines),
    )
