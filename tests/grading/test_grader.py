"""Grading one submission: what a training that takes all the time there is costs, and what not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.batch.slot import single_slot
from grader.intake import read_submission
from grader.results import CheckStatus, RunStatus
from grader.rubric import default_rubric

HOMEWORK = Path(__file__).parents[2] / "submissions" / "correct" / "homework.py"
ENDLESS = """\
def train_part2(model_fn, params, learning_rate):
    while True:
        pass
"""
SECONDS = 15


@pytest.fixture
def endless(tmp_path):
    """Correct work whose first training never ends."""
    text = HOMEWORK.read_text(encoding="utf-8").replace("def train_part2(", "def unused(", 1)
    path = tmp_path / "homework.py"
    path.write_text(text.replace("def check_accuracy_part2(", f"{ENDLESS}\n\ndef unused_too(", 1))
    return path


@pytest.fixture
def grade_within(setup, tmp_path):
    """Grades with so little time that the endless training takes all of it."""
    rubric = yaml.safe_load(default_rubric().read_text(encoding="utf-8"))
    rubric["limits"]["total_seconds"] = SECONDS
    path = tmp_path / "rubric.yaml"

    def grade(path_, container, needs=(), timed=None, train=True, **limits):
        rubric["limits"].update(limits)
        for question in rubric["questions"]:
            for check in question["checks"]:
                if check["id"] == "sequential_convnet.optimizer":
                    check["needs"] = list(needs)
                if check["id"] == timed:
                    check["timeout"] = 3
        path.write_text(yaml.safe_dump(rubric), encoding="utf-8")
        chosen = setup.model_copy(
            update={
                "rubric": str(path),
                "container": container,
                "share": False,
                "train": train,
            }
        )
        with single_slot(chosen) as slot:
            slot.open()
            return slot.grade(read_submission(path_), lambda event: None)

    return grade


def by_id(result):
    return {check.id: check for question in result.questions for check in question.checks}


def test_training_that_takes_all_the_time_costs_training_alone(grade_within, endless):
    result = grade_within(endless, None)
    lost = {name for name, check in by_id(result).items() if check.score < check.max_score}
    assert lost == {name for name in by_id(result) if name.endswith(".accuracy")}
    assert f"the {SECONDS} seconds" in by_id(result)["barebones.accuracy"].reason
    assert result.left_out == 0


def test_a_check_that_takes_longer_than_the_rubric_gives_it_says_so(grade_within, endless):
    result = grade_within(endless, "small", timed="barebones.accuracy", total_seconds=600)
    check = by_id(result)["barebones.accuracy"]
    assert check.status is CheckStatus.ERROR
    assert check.reason == "This took longer than the 3 seconds that the rubric gives it."
    # The worker that was still busy answers nobody else.
    assert result.score == result.max_score - check.max_score
    errors = [name for name, each in by_id(result).items() if each.status is CheckStatus.ERROR]
    assert errors == ["barebones.accuracy"]


def test_a_second_try_takes_nothing_off_the_time_of_a_check(grade_within, tmp_path):
    """Its worker takes longer to load than the rubric gives the check."""
    text = HOMEWORK.read_text(encoding="utf-8")
    right = "x.view(N, -1)"
    assert right in text
    slow = f"import time\ntime.sleep(4)\n{text.replace(right, 'x.view(-1)')}"
    path = tmp_path / "slow.py"
    path.write_text(slow, encoding="utf-8")
    timed = "three_layer_convnet.shape"
    checks = by_id(grade_within(path, None, timed=timed, train=False, total_seconds=600))
    assert CheckStatus.ERROR not in {each.status for each in checks.values()}
    assert checks["three_layer_convnet.shape"].status is CheckStatus.PASSED
    assert checks["module.values"].status is CheckStatus.PASSED


def test_in_a_container_it_is_left_out_and_not_lost(grade_within, endless):
    result = grade_within(endless, "large", needs=["module.accuracy"])
    assert result.score == 62
    assert result.left_out == 38
    assert result.full_marks
    assert by_id(result)["sequential_convnet.optimizer"].left_out  # it needs what was left out
    assert by_id(result)["challenge.accuracy"].left_out
    assert result.runs["barebones"].status is RunStatus.SKIPPED
    assert "where there is more" in by_id(result)["barebones.accuracy"].reason
