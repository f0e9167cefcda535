"""Whole submissions: every folder's `expect.yaml` says what must come out.

``submissions/`` holds what the README shows; ``tests/variants/`` holds correct work in other
shapes, which must get full marks. It is trained, but where the file says `train: false`: there
the shape is what matters, and others train the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parent.parent


def expectation(folder):
    """What the folder's expect.yaml says."""
    return yaml.safe_load((folder / "expect.yaml").read_text())


SAMPLES = sorted(path.parent for path in (TOP / "submissions").glob("*/expect.yaml"))
VARIANTS = sorted(path.parent for path in (TOP / "tests" / "variants").glob("*/expect.yaml"))


TRAINED = [folder for folder in SAMPLES + VARIANTS if expectation(folder).get("train", True)]
UNTRAINED = [folder for folder in VARIANTS if folder not in TRAINED]
every_trained = pytest.mark.parametrize("folder", TRAINED, ids=lambda folder: folder.name)


@every_trained
def test_a_whole_submission_gets_what_it_is_worth(folder, grade):
    require(grade(folder), folder)


@pytest.mark.parametrize("folder", UNTRAINED, ids=lambda folder: folder.name)
def test_another_shape_of_right_work_loses_nothing(folder, grade_quickly):
    result = grade_quickly(folder)
    assert result.full_marks
    assert result.score == expectation(folder)["score"]
    assert result.integrity == ()


@pytest.mark.slow
@every_trained
def test_it_gets_the_same_when_nothing_is_shared(folder, grade_alone):
    result = grade_alone(folder)
    require(result, folder)
    assert not any(run.shared_with for run in result.runs.values())


def require(result, folder):
    """Scores, statuses and reasons are those of the folder's expect.yaml."""
    expected = expectation(folder)
    checks = {check.id: check for question in result.questions for check in question.checks}
    not_passed = {
        identifier: (check.status.value, check.reason)
        for identifier, check in checks.items()
        if check.status != "passed"
    }
    assert {name: status for name, (status, _) in not_passed.items()} == {
        name: said["status"] for name, said in expected["checks"].items()
    }, not_passed
    for name, said in expected["checks"].items():
        assert said.get("reason", "") in (checks[name].reason or "")
    assert result.integrity == ()
    assert result.score == expected["score"]
    assert result.max_score == 100


def test_every_sample_says_what_it_expects():
    folders = {path for path in (TOP / "submissions").iterdir() if path.is_dir()}
    assert folders == set(SAMPLES)
    assert len(VARIANTS) >= 30
