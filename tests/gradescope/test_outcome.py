"""What Gradescope reads, looked at as it does: by another program, and as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from gslocal.results import format_results
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.catalogue import known_checks
from grader.gradescope.outcome import UNGRADED, Outcome, no_verdict, outcome_of
from grader.language.catalogues import catalogue
from grader.results import CheckStatus
from grader.rubric import Rubric, default_rubric, load_rubric
from tests.report import builder as build

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(default_rubric(), known_checks())


@pytest.fixture
def hiding(rubric: Rubric, tmp_path: Path):
    """The rubric with the visibility of one check changed."""

    def change(check: str, visibility: str) -> Rubric:
        text = default_rubric().read_text(encoding="utf-8")
        path = tmp_path / "rubric.yaml"
        path.write_text(
            text.replace(f"id: {check}", f"id: {check}\n        visibility: {visibility}")
        )
        return load_rubric(path, known_checks())

    return change


def written(outcome: Outcome) -> dict:
    return json.loads(outcome.to_json())


@pytest.mark.parametrize("kind", ["full_marks", "failing", "without_training"])
def test_another_program_reads_the_points_of_the_result(kind, rubric, tmp_path, capsys):
    result = getattr(build, kind)()
    path = tmp_path / "results.json"
    path.write_text(outcome_of(result, rubric).to_json())
    format_results(path)
    said = re.search(r"([\d.]+) / ([\d.]+)", capsys.readouterr().out.rpartition("Score:")[2])
    asked = sum(c.max_score for q in result.questions for c in q.checks if not c.left_out)
    assert (float(said[1]), float(said[2])) == (result.score, asked)


def test_every_check_is_a_test_in_the_homework_s_order(rubric):
    result = build.failing()
    tests = written(outcome_of(result, rubric))["tests"]
    checks = [check for question in result.questions for check in question.checks]
    assert [test["name"].partition(": ")[2] for test in tests if ": " in test["name"]]
    assert len(tests) == len(checks)
    assert [test["status"] for test in tests] == [
        "passed" if check.status is CheckStatus.PASSED else "failed" for check in checks
    ]
    for test, check in zip(tests, checks, strict=True):
        assert test["name"].endswith(check.title)
        assert bool(check.reason) == bool(test["output"])


def test_what_was_left_out_counts_neither_way(rubric):
    result = build.failing()
    check = (
        result.questions[0]
        .checks[0]
        .model_copy(
            update={"left_out": True, "status": CheckStatus.SKIPPED, "reason": "No time was left."}
        )
    )
    question = result.questions[0].model_copy(update={"checks": (check,)})
    result = result.model_copy(update={"questions": (question,), "left_out": check.max_score})
    told = written(outcome_of(result, rubric))
    assert told["tests"][0].keys().isdisjoint({"score", "max_score", "status"})
    assert "No time was left." in told["tests"][0]["output"]
    assert f"{check.max_score:g} of {result.max_score:g} points are not part" in told["output"]


def test_what_is_hidden_is_hidden_there_and_stands_nowhere_else(hiding):
    result = build.full_marks()
    hidden = result.questions[-1].checks[-1].model_copy(update={"id": "challenge.accuracy"})
    question = result.questions[-1].model_copy(update={"checks": (hidden,)})
    result = result.model_copy(update={"questions": (*result.questions[:-1], question)})
    told = written(outcome_of(result, hiding("challenge.accuracy", "hidden")))
    assert told["tests"][-1]["visibility"] == "hidden"
    assert {test["visibility"] for test in told["tests"][:-1]} == {"visible"}
    assert told["leaderboard"] == []
    assert "score" not in told  # Gradescope adds up what may be seen


def test_what_needs_a_hidden_check_tells_of_it_and_is_hidden_too(hiding):
    rubric = hiding("flatten.shape", "hidden")
    assert rubric.visibilities["flatten.values"] == "hidden"
    assert rubric.visibilities["three_layer_convnet.shape"] == "visible"
    later = hiding("three_layer_convnet.shape", "after_due_date")
    assert later.visibilities["three_layer_convnet.gradients"] == "after_due_date"


def test_the_leaderboard_holds_who_reached_the_challenge(rubric):
    told = written(outcome_of(build.full_marks(), rubric))
    best = build.full_marks().runs["challenge"].best_val_accuracy
    assert told["leaderboard"][0] == {
        "name": "Validation accuracy", "value": round(best, 4), "order": "desc",
    }  # fmt: skip
    assert written(outcome_of(build.failing(), rubric))["leaderboard"] == []


def test_what_could_not_be_graded_has_a_score_and_says_why(rubric):
    result = build.ungraded()
    told = written(outcome_of(result, rubric))
    assert told["score"] == 0
    assert told["tests"] == []
    assert result.reason.split()[0] in told["output"]


def test_it_is_told_in_the_language_of_the_result(rubric):
    korean = {"language": "ko"}
    words = catalogue("ko")
    told = written(outcome_of(build.ungraded().model_copy(update=korean), rubric))
    assert told["output"].startswith(f"<p>{words.gettext(UNGRADED)}</p>")
    told = written(outcome_of(build.full_marks().model_copy(update=korean), rubric))
    assert told["leaderboard"][0]["name"] == words.gettext("Validation accuracy")
    assert "Validation accuracy" not in str(told)


@given(st.text(max_size=200) | st.just(HOSTILE))
def test_no_text_of_a_student_s_becomes_markup(text):
    rubric = load_rubric(default_rubric(), known_checks())
    result = build.failing().model_copy(update={"notes": (text,)})
    check = result.questions[0].checks[0].model_copy(update={"reason": text, "where": text})
    question = result.questions[0].model_copy(update={"checks": (check,)})
    result = result.model_copy(update={"questions": (question,)})
    told = written(outcome_of(result, rubric))
    for html in (told["output"], told["tests"][0]["output"]):
        left = re.sub(r"</?(?:p|pre|code)>", "", html)
        assert "<" not in left
        assert ">" not in left


def test_a_bare_verdict_is_valid_and_says_what_is_the_matter():
    told = written(no_verdict("First.", HOSTILE))
    assert told["score"] == 0
    assert told["output"].startswith("<p>First.</p>")
    assert "<script" not in told["output"]
