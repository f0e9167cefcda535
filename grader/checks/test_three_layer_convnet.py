"""Question 1: `three_layer_convnet`."""

from grader.checks.gradients import reference_gradients
from grader.checks.roles import ROLE_TITLES


def test_shape(student, reference, cases, expect, own):
    """The scores have shape (N, classes) for any N, H, W and numbers of filters."""
    own("three_layer_convnet")
    for case in cases.convnet():
        scores = student.three_layer_convnet(case.x, case.params)
        expect.form("the scores", scores, reference.three_layer_convnet(case.x, case.params))


def test_values(student, reference, cases, expect, own):
    """The scores equal the reference's for seeded weights and inputs."""
    own("three_layer_convnet")
    for case in cases.convnet():
        scores = student.three_layer_convnet(case.x, case.params)
        expect.close("the scores", scores, reference.three_layer_convnet(case.x, case.params))


def test_gradients(student, cases, expect, own):
    """The gradients of x and of all six parameters equal the reference's."""
    own("three_layer_convnet")
    for case in cases.convnet():
        x_gradient, gradients = student.three_layer_convnet_gradients(
            case.x, case.params, case.upstream
        )
        expected_x, expected = reference_gradients(case)
        expect.gradient_close("x", x_gradient, expected_x)
        for title, came, asked in zip(ROLE_TITLES.values(), gradients, expected, strict=True):
            expect.gradient_close(f"the {title}", came, asked)
