"""Whole submissions, graded with training: every folder's `expect.yaml` says what must come out.

``submissions/`` holds what the README shows; ``tests/variants/`` holds correct work in other
shapes, which must get full marks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parent.parent
SAMPLES = sorted(path.parent for path in (TOP / "submissions").glob("*/expect.yaml"))
VARIANTS = sorted(path.parent for path in (TOP / "tests" / "variants").glob("*/expect.yaml"))


every_folder = pytest.mark.parametrize("folder", SAMPLES + VARIANTS, ids=lambda folder: folder.name)


@every_folder
def test_a_whole_submission_gets_what_it_is_worth(folder, grade):
    require(grade(folder), folder)


@pytest.mark.slow
@every_folder
def test_it_gets_the_same_when_nothing_is_shared(folder, grade_alone):
    result = grade_alone(folder)
    require(result, folder)
    assert not any(run.shared_with for run in result.runs.values())


def require(result, folder):
    """What the folder's expect.yaml says."""
    expected = yaml.safe_load((folder / "expect.yaml").read_text())
    checks = {check.id: check for question in result.questions for check in question.checks}
    not_passed = {
        identifier: (check.status.value, check.reason)
        for identifier, check in checks.items()
        if check.status != "passed"
    }
    assert {name: status for name, (status, _) in not_passed.items()} == {
        name: expectation["status"] for name, expectation in expected["checks"].items()
    }, not_passed
    for name, expectation in expected["checks"].items():
        assert expectation.get("reason", "") in (checks[name].reason or "")
    assert result.integrity == ()
    assert result.score == expected["score"]
    assert result.max_score == 100


def test_every_sample_says_what_it_expects():
    folders = {path for path in (TOP / "submissions").iterdir() if path.is_dir()}
    assert folders == set(SAMPLES)
    assert len(VARIANTS) >= 10
