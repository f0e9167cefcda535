"""Question 6: the three-layer ConvNet as nn.Sequential."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from torch import Tensor

from grader.checks.cases import Cases, ConvnetInput
from grader.checks.examination import Examination
from grader.checks.expecting import Expect, Matched, Reaches, TrainsConvnet
from grader.checks.explaining import Explained
from grader.checks.layers import own_classes, require_layers
from grader.checks.network import network_of
from grader.checks.optimizers import require_optimizers
from grader.checks.unused import roles_of
from grader.language import _
from grader.rubric import CheckSpec
from grader.sandbox.student import Student


@pytest.mark.settings("layers", "constructors")
def test_structure(
    student: Student,
    cases: Cases,
    expect: Expect,
    matched: Matched,
    spec: CheckSpec,
    examination: Examination,
    explained: Explained,
) -> None:
    """nn.Sequential of the layers the homework asks for, with its sizes and paddings."""
    run = matched("sequential_convnet")
    network = network_of(run.last)
    assert spec.settings.layers is not None
    copy = partial(student.copy_model, run.last.target)
    with explained.layers(copy, cases):
        require_layers(network, spec.settings.layers, examination.rubric.data)
    own = own_classes(network)
    for _sizes, drawn in cases.module():  # and it is there, and does what such layers do
        case = drawn if own else _of_any_order(drawn)
        with explained.model(copy, case):
            model = copy()
            model.set_weights(roles_of(model, case).to_model(case.params))
            scores = model.scores(case.x)
            if own:
                # A class's name does not say what it computes: a Sequential may have a forward of
                # its own.
                what = _(
                    "the scores, which tell whether your class {name} computes what is asked for,",
                    name=own[0],
                )
                expect.close(what, scores, case.answers.scores())
                continue
            expect.form(_("the scores"), scores, case.upstream)
            # Nor do torch's where hooks, or functions put into an object, change what it computes.
            what = _("the scores, which tell whether the model computes what its layers say,")
            expect.close(what, scores, _scores(case))


def _of_any_order(case: ConvnetInput) -> ConvnetInput:
    """The case with one weight a class, so that the order of flattening is left to `values`."""
    fc_w = case.params.fc_w
    return replace(case, params=case.params._replace(fc_w=fc_w[:1].repeat(len(fc_w), 1)))


def _scores(case: ConvnetInput) -> Tensor:
    return case.answers.maps().flatten(1) @ case.params.fc_w + case.params.fc_b


@pytest.mark.settings("constructors")
def test_values(
    student: Student, cases: Cases, expect: Expect, matched: Matched, explained: Explained
) -> None:
    """With the reference's weights, the scores equal the reference's."""
    run = matched("sequential_convnet")
    copy = partial(student.copy_model, run.last.target)
    for _sizes, case in cases.module():
        with explained.model(copy, case):
            model = copy()
            model.set_weights(roles_of(model, case).to_model(case.params))
            expect.close(_("the scores"), model.scores(case.x), case.answers.scores())


@pytest.mark.settings("optimizer")
def test_optimizer(matched: Matched, trains_convnet: TrainsConvnet, spec: CheckSpec) -> None:
    """The optimizer is SGD with Nesterov momentum 0.9 and holds the model's parameters."""
    run = matched("sequential_convnet")
    assert spec.settings.optimizer is not None
    trains_convnet("sequential_convnet")
    require_optimizers(run.recordings, spec.settings.optimizer)


def test_accuracy(convnet_reaches: Reaches) -> None:
    """The Sequential ConvNet reaches its validation accuracy within one epoch."""
    convnet_reaches("sequential_convnet")
