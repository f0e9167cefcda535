"""Mistakes in models, weights and optimizers, as whole submissions graded in real workers."""

from __future__ import annotations

import pytest

from grader.auditing.works import HOMEWORK, with_part
from tests.checks.pieces import MISTAKES, pieces

RIGHT = (MISTAKES.parents[1] / "submissions" / "correct" / HOMEWORK).read_text()
PARTS = ("ThreeLayerConvNet", "question_2", "question_5", "question_6")


def mistakes_in(result):
    """The ids that are named."""
    return {
        mistake.id
        for question in result.questions
        for check in question.checks
        for mistake in check.mistakes
    }


@pytest.fixture
def graded(grade_quickly, tmp_path):
    """What comes of the homework with one part replaced."""

    def grade(path):
        (tmp_path / HOMEWORK).write_text(with_part(RIGHT, path.read_text()))
        return grade_quickly(tmp_path / HOMEWORK)

    return grade


@pytest.mark.parametrize("path", pieces("single", *PARTS), ids=lambda path: path.stem)
def test_a_mistake_costs_points_and_is_named(path, graded):
    result = graded(path)
    assert not result.full_marks
    assert mistakes_in(result) == {path.stem.partition("__")[0]}


@pytest.mark.parametrize("path", pieces("outside", "ThreeLayerConvNet"), ids=lambda path: path.stem)
def test_no_name_is_given_to_what_is_unknown(path, graded):
    result = graded(path)
    assert not result.full_marks
    assert mistakes_in(result) == set()


def test_right_work_gets_no_name(graded, tmp_path):
    part = tmp_path / "part.py"
    part.write_text("# part: flatten\ndef flatten(x):\n    return x.reshape(len(x), -1)\n")
    result = graded(part)
    assert result.full_marks
    assert mistakes_in(result) == set()
