"""Question 6: the three-layer ConvNet as nn.Sequential."""

from grader.checks.layers import require_layers
from grader.checks.optimizers import require_optimizer
from grader.checks.roles import find_roles


def test_structure(matched, spec, examination):
    """nn.Sequential of the layers the homework asks for, with its sizes and paddings."""
    run = matched("sequential_convnet")
    require_layers(run.last.model, spec.settings.layers, examination.rubric.data)


def test_values(student, reference, cases, expect, matched):
    """With the reference's weights, the scores equal the reference's."""
    run = matched("sequential_convnet")
    for _, case in cases.module():
        model = student.copy_model(run.last.target)
        model.set_weights(find_roles(model.model, case.shapes).to_model(case.params))
        expected = reference.three_layer_convnet(case.x, case.params)
        expect.close("the scores", model.scores(case.x), expected)


def test_optimizer(matched, spec):
    """The optimizer is SGD with Nesterov momentum 0.9 and holds the model's parameters."""
    run = matched("sequential_convnet")
    require_optimizer(run.last, spec.settings.optimizer)


def test_accuracy(reaches):
    """The Sequential ConvNet reaches its validation accuracy within one epoch."""
    reaches("sequential_convnet")
