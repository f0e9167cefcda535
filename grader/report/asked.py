"""Which points of a question were asked for: what was left out on request is no loss.

A check that was not run may have been left out (`--no-train`), or be lost because one that it needs
did not pass. A result says how many points were left out and not by which checks; these have their
reason in common, and together these points.
"""

from __future__ import annotations

import math
from collections import defaultdict

from grader.results import CheckResult, CheckStatus, QuestionResult, SubmissionResult


def asked_points(result: SubmissionResult) -> dict[str, float]:
    """Question -> its points without those of the checks that were left out on request."""
    left_out = {id(check) for check in _left_out(result)}
    return {question.id: _points(question, left_out) for question in result.questions}


def _points(question: QuestionResult, left_out: set[int]) -> float:
    unasked = (check.max_score for check in question.checks if id(check) in left_out)
    return question.max_score - sum(unasked)


def _left_out(result: SubmissionResult) -> list[CheckResult]:
    if result.left_out <= 0:
        return []
    skipped = [
        check
        for question in result.questions
        for check in question.checks
        if check.status is CheckStatus.SKIPPED
    ]
    by_reason: dict[str | None, list[CheckResult]] = defaultdict(list)
    for check in skipped:
        by_reason[check.reason].append(check)
    for checks in by_reason.values():
        if math.isclose(sum(check.max_score for check in checks), result.left_out):
            return checks
    return skipped
