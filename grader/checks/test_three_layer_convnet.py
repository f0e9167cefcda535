"""Question 1: `three_layer_convnet`."""

from __future__ import annotations

import pytest

from grader.checks.cases import Cases
from grader.checks.expecting import Expect, Own
from grader.checks.explaining import Explained
from grader.checks.roles import ROLE_TITLES
from grader.language import _
from grader.sandbox.student import Student


@pytest.mark.settings("cases")
def test_shape(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """The scores have shape (N, classes) for any N, H, W and numbers of filters."""
    own("three_layer_convnet")
    for case in cases.convnet():
        with explained.function(student, case):
            scores = student.three_layer_convnet(case.x, case.params)
            expect.form(_("the scores"), scores, case.answers.scores())


@pytest.mark.settings("cases")
def test_values(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """The scores equal the reference's for seeded weights and inputs."""
    own("three_layer_convnet")
    for case in cases.convnet():
        with explained.function(student, case):
            scores = student.three_layer_convnet(case.x, case.params)
            expect.close(_("the scores"), scores, case.answers.scores())


@pytest.mark.settings("cases")
def test_gradients(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """The gradients of x and of all six parameters equal the reference's."""
    own("three_layer_convnet")
    for case in cases.convnet():
        x_gradient, gradients = student.three_layer_convnet_gradients(
            case.x, case.params, case.upstream
        )
        expected_x, expected = case.answers.gradients()
        with explained.gradients(x_gradient, gradients, case):
            expect.gradient_close("x", x_gradient, expected_x)
            for title, came, asked in zip(ROLE_TITLES.values(), gradients, expected, strict=True):
                expect.gradient_close(_(title), came, asked)
