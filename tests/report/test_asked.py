from __future__ import annotations

from grader.report.asked import asked_points
from grader.results import CheckStatus

TRAINING = "Training was left out on request."


def skipped(build, title: str, points: float, reason: str):
    return build.check(title, points, CheckStatus.SKIPPED, reason=reason)


def test_without_anything_left_out_every_point_is_asked_for(build):
    result = build.failing()
    assert asked_points(result) == {each.id: each.max_score for each in result.questions}


def test_what_was_left_out_is_told_from_what_another_check_cost(build):
    shape = build.check("shape", 4, CheckStatus.FAILED, reason="wrong")
    values = skipped(build, "values", 9, "Not run, because this did not pass: shape.")
    first = build.question("first", "First", shape, values, skipped(build, "a", 7, TRAINING))
    second = build.question("second", "Second", skipped(build, "b", 15, TRAINING))
    result = build.submission(questions_=(first, second), runs={}, left_out=22.0)
    assert asked_points(result) == {"first": 13, "second": 0}
