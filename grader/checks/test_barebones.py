"""Question 2: the barebones weights and their training."""

from __future__ import annotations

import pytest

from grader.checks.comparing import shape_text
from grader.checks.examination import Examination
from grader.checks.expecting import Matched, Reaches
from grader.checks.explaining import Explained
from grader.checks.initialization import require_kaiming, require_zero
from grader.checks.network import network_of
from grader.checks.outcome import CheckFailed
from grader.checks.roles import ROLE_TITLES, WEIGHTS
from grader.language import _
from grader.rubric import CheckSpec
from grader.sandbox.student import Student
from reference import param_shapes


@pytest.mark.settings("layers", "false_alarm")
def test_weights(
    student: Student,
    spec: CheckSpec,
    matched: Matched,
    examination: Examination,
    explained: Explained,
) -> None:
    """Six tensors of the right shapes, Kaiming normal, with zero biases, that require gradients."""
    run = matched("barebones")
    data, layers = examination.rubric.data, spec.settings.layers
    false_alarm = spec.settings.false_alarm
    assert layers is not None
    assert false_alarm is not None
    shapes = param_shapes(
        channels=data.channels,
        channel_1=layers.channel_1,
        channel_2=layers.channel_2,
        classes=data.classes,
        height=data.image_size,
        width=data.image_size,
    )
    parameters = network_of(run.last).parameters
    if len(parameters) != len(shapes):
        raise CheckFailed(
            _(
                "params holds {number} tensors; {asked} are asked for",
                number=len(parameters),
                asked=len(shapes),
            )
        )
    weights = student.weights(run.last.target)
    by_role = {
        role: weights[parameter.name]
        for parameter, role in zip(parameters, shapes._fields, strict=True)
        if parameter.name in weights
    }
    for parameter, (role, shape) in zip(parameters, shapes._asdict().items(), strict=True):
        title = _(
            "{weights}, params[{number}],", weights=_(ROLE_TITLES[role]), number=parameter.name
        )
        if parameter.shape != shape:
            raise CheckFailed(
                _(
                    "{what} came with shape {shape}; {asked} is asked for",
                    what=title,
                    shape=shape_text(parameter.shape),
                    asked=shape_text(shape),
                )
            )
        if not parameter.requires_grad:
            raise CheckFailed(
                _("{what} came without requires_grad, so no training changes it", what=title),
                mistake="gradients_not_required",
            )
        tensor = weights.get(parameter.name)
        if len(shape) == 1:
            require_zero(title, tensor, shape)
        else:
            with explained.weights(by_role, shapes, role):
                require_kaiming(title, tensor, role, shape, false_alarm / len(WEIGHTS))


def test_accuracy(convnet_reaches: Reaches) -> None:
    """The barebones ConvNet reaches its validation accuracy within one epoch."""
    convnet_reaches("barebones")
