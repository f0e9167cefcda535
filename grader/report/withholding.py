"""A result as its author may see it, where the rubric hides checks for good."""

from __future__ import annotations

from grader.language import _, spoken
from grader.report import phrases
from grader.results import CheckResult, SubmissionResult, Visibility


def as_shown(result: SubmissionResult) -> SubmissionResult:
    """The same, of hidden checks with nothing but their points.

    A training that only a hidden check asks for is not shown, either, nor what was noticed of any.
    """
    checks = [check for question in result.questions for check in question.checks]
    hidden = {check.id for check in checks if check.visibility is Visibility.HIDDEN}
    if not hidden:
        return result
    with spoken(result.language):
        title = _(phrases.UNSHOWN)
    questions = tuple(
        question.model_copy(
            update={"checks": tuple(_without_reason(check, title) for check in question.checks)}
        )
        for question in result.questions
    )
    runs = {name: run for name, run in result.runs.items() if f"{name}.accuracy" not in hidden}
    return result.model_copy(update={"questions": questions, "runs": runs, "integrity": ()})


def unshown_points(result: SubmissionResult) -> float:
    """The points that were lost at checks which are not shown."""
    checks = (check for question in result.questions for check in question.checks)
    return sum(
        check.max_score - check.score
        for check in checks
        # Whoever is shown all of it reads a reason for every lost point.
        if check.visibility is Visibility.HIDDEN and check.reason is None and not check.left_out
    )


def _without_reason(check: CheckResult, title: str) -> CheckResult:
    if check.visibility is not Visibility.HIDDEN:
        return check
    return CheckResult(
        id=check.id,
        title=title,
        status=check.status,
        score=check.score,
        max_score=check.max_score,
        reason=None,
        left_out=check.left_out,
        visibility=check.visibility,
    )
