from __future__ import annotations

import re

from grader.report import as_shown, render_submission
from grader.results import CheckStatus, SubmissionResult, Visibility


def text_of(result: SubmissionResult) -> str:
    page = render_submission(result)
    return " ".join(re.sub("<[^>]*>", " ", page[page.index("<body>") :]).split())


def hiding(build, *titles: str) -> SubmissionResult:
    """The failing result, these checks hidden."""
    result = build.failing()
    questions = tuple(
        question.model_copy(
            update={
                "checks": tuple(
                    check.model_copy(update={"visibility": Visibility.HIDDEN})
                    if check.title in titles
                    else check
                    for check in question.checks
                )
            }
        )
        for question in result.questions
    )
    return result.model_copy(update={"questions": questions})


def lost(result: SubmissionResult) -> list[str]:
    return [
        check.title
        for question in result.questions
        for check in question.checks
        if check.status is CheckStatus.FAILED and check.reason
    ]


def test_nothing_of_a_hidden_check_is_shown_but_its_points(build):
    title = lost(build.failing())[-1]
    result = hiding(build, title).model_copy(update={"runs": {}})
    whole, shown = text_of(result), text_of(as_shown(result))
    reason = next(
        check.reason.partition("(")[0]
        for question in result.questions
        for check in question.checks
        if check.title == title
    )
    assert title in whole
    assert reason in whole
    assert title not in shown
    assert reason not in shown
    assert "A check that is not shown" in shown
    assert as_shown(result).score == result.score


def test_a_page_does_not_say_that_all_losses_are_explained(build):
    result = hiding(build, lost(build.failing())[0])
    assert "at checks that are not shown" in text_of(as_shown(result))
    assert "at checks that are not shown" not in text_of(result)


def test_a_run_that_only_a_hidden_check_asks_for_is_not_shown(build):
    result = build.full_marks()
    first = result.questions[0]
    hidden = first.checks[0].model_copy(
        update={"id": "challenge.accuracy", "visibility": Visibility.HIDDEN}
    )
    question = first.model_copy(update={"checks": (hidden, *first.checks[1:])})
    result = result.model_copy(update={"questions": (question, *result.questions[1:])})
    assert set(result.runs) - set(as_shown(result).runs) == {"challenge"}


def test_a_result_without_hidden_checks_is_as_it_was(build):
    assert as_shown(build.failing()) == build.failing()


def test_full_marks_at_home_are_not_all_there_is(build):
    result = build.full_marks().model_copy(update={"withheld": 12.0})
    text = text_of(result)
    assert "Full marks" not in text
    assert "There are further checks, for 12 points" in text
