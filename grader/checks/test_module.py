"""Questions 3 to 5: `ThreeLayerConvNet` and its training."""

from __future__ import annotations

from functools import partial

import pytest

from grader.checks.cases import Cases
from grader.checks.expecting import Expect, Matched, Own, Reaches, TrainsConvnet
from grader.checks.explaining import Explained
from grader.checks.initialization import require_kaiming
from grader.checks.optimizers import require_optimizers
from grader.checks.outcome import CheckFailed
from grader.checks.roles import ROLE_TITLES, WEIGHTS
from grader.checks.unused import roles_of
from grader.language import _
from grader.rubric import CheckSpec
from grader.sandbox.student import Student

CLASS = "ThreeLayerConvNet"


@pytest.mark.settings("constructors")
def test_structure(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """The constructor makes two convolutions and a fully connected layer of the sizes asked for."""
    own(CLASS)
    _require_layers(student, cases, expect, explained)


@pytest.mark.settings("constructors")
def test_sizes(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """All four arguments of the constructor decide the sizes, num_classes included."""
    own(CLASS)
    try:
        _require_layers(student, cases, expect, explained)
    except CheckFailed as failed:  # for the usual sizes the layers were right
        raise CheckFailed(failed.reason, failed.where, mistake="argument_unused") from None


def _require_layers(student: Student, cases: Cases, expect: Expect, explained: Explained) -> None:
    for constructor, case in cases.module():
        build = partial(student.build, CLASS, constructor.model_dump())
        with explained.model(build, case):
            model = build()
            roles_of(model, case)
            expect.form(_("the scores"), model.scores(case.x), case.upstream)


@pytest.mark.settings("constructors", "false_alarm")
def test_kaiming(
    student: Student, cases: Cases, spec: CheckSpec, own: Own, explained: Explained
) -> None:
    """The weights of all three layers are Kaiming normal."""
    own(CLASS)
    false_alarm = spec.settings.false_alarm
    assert false_alarm is not None
    drawn = len(spec.settings.constructors) * len(WEIGHTS)
    for number, (constructor, case) in enumerate(cases.module()):
        model = student.build(CLASS, constructor.model_dump(), seed=cases.seed(number))
        weights = roles_of(model, case).from_model(model.weights(), case.shapes)
        for role in WEIGHTS:
            with explained.weights(weights, case.shapes, role):
                require_kaiming(
                    _(ROLE_TITLES[role]),
                    weights.get(role),
                    role,
                    getattr(case.shapes, role),
                    false_alarm / drawn,
                )


@pytest.mark.settings("constructors")
def test_values(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """With the reference's weights, the scores equal the reference's."""
    own(CLASS)
    for constructor, case in cases.module():
        build = partial(student.build, CLASS, constructor.model_dump())
        with explained.model(build, case):
            model = build()
            model.set_weights(roles_of(model, case).to_model(case.params))
            expect.close(_("the scores"), model.scores(case.x), case.answers.scores())


@pytest.mark.settings("constructors")
def test_gradients(
    student: Student, cases: Cases, expect: Expect, own: Own, explained: Explained
) -> None:
    """With the reference's weights, the gradients of x and of all parameters equal its."""
    own(CLASS)
    for constructor, case in cases.module():
        model = student.build(CLASS, constructor.model_dump())
        roles = roles_of(model, case)
        model.set_weights(roles.to_model(case.params))
        x_gradient, by_name = model.gradients(case.x, case.upstream)
        by_role = roles.from_model(by_name, case.shapes)
        expected_x, expected = case.answers.gradients()
        with explained.gradients(x_gradient, [by_role.get(role) for role in ROLE_TITLES], case):
            expect.gradient_close("x", x_gradient, expected_x)
            for role, title in ROLE_TITLES.items():
                expect.gradient_close(_(title), by_role.get(role), getattr(expected, role))


@pytest.mark.settings("optimizer")
def test_optimizer(matched: Matched, trains_convnet: TrainsConvnet, spec: CheckSpec) -> None:
    """The optimizer is SGD without momentum and holds the model's parameters."""
    run = matched("module")
    assert spec.settings.optimizer is not None
    trains_convnet("module")
    require_optimizers(run.recordings, spec.settings.optimizer)


def test_accuracy(convnet_reaches: Reaches) -> None:
    """ThreeLayerConvNet reaches its validation accuracy within one epoch."""
    convnet_reaches("module")
