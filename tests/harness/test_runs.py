"""What a worker does and tells when it trains."""

from __future__ import annotations

import pytest
import torch

from grader.harness.values import NOTHING
from grader.protocol import messages as m
from grader.protocol import parts

NET = """
import torch
import torch.nn.functional as F
from torch import nn, optim

def make():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    with torch.no_grad():
        model[1].weight.copy_(torch.arange(30720.0).view(10, 3072))
    return model

def fit(model, *optimizers):
    for x, y in loader_train:
        F.cross_entropy(model(x), y).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
"""


def run(student, shuffle_seed: int | None = None) -> m.Trained:
    """Carry the last training out, without looking."""
    request: parts.Message = m.Train(
        targets=(student.loaded.recorded[-1].target,), seed=0, epochs=1, pauses_per_epoch=1,
        threads=1, shuffle_seed=shuffle_seed,
    )  # fmt: skip
    for _ in range(3):
        reply, _ = student.ask_raw(request, NOTHING, 20)
        if isinstance(reply, m.Trained):
            assert reply.error is None
            return reply
        request = m.Resume()
    raise AssertionError("it did not end")


def test_the_optimizers_that_step_are_told_with_the_settings_of_the_run(student_of) -> None:
    student = student_of(
        NET + "model = make()\nshown = optim.SGD(model.parameters(), lr=1e-9, momentum=0.9)\n"
        "def train_part34(model, optimizer):\n"
        "    fit(model, optim.Adam(model.parameters(), lr=0.01))\n"
        "train_part34(model, shown)\n"
    )
    (optimizer,) = run(student).optimizers
    assert (optimizer.type_name, optimizer.settings["lr"]) == ("Adam", 0.01)
    assert optimizer.holds_model


def test_of_a_network_and_another_one_only_the_networks_optimizers_are_told(student_of) -> None:
    student = student_of(
        NET + "model, other = make(), nn.Linear(1, 1)\n"
        "other(torch.ones(1)).backward()\n"
        "fit(model, optim.Adam(other.parameters()), optim.SGD(model[1].parameters(), lr=0.1))\n"
    )
    assert [optimizer.type_name for optimizer in run(student).optimizers] == ["SGD"]


def test_a_setting_that_changes_between_steps_varies_but_for_the_learning_rate(student_of) -> None:
    student = student_of(
        NET + "model = make()\nsgd = optim.SGD(model.parameters(), lr=0.5, momentum=0.9)\n"
        "def train_part34(model, optimizer):\n"
        "    for momentum in (0.9, 0.1):\n"
        "        optimizer.param_groups[0].update(momentum=momentum, lr=momentum)\n"
        "        x = torch.zeros(2, 3072)\n"
        "        model(x).sum().backward()\n"
        "        optimizer.step()\n"
        "train_part34(model, sgd)\n"
    )
    (optimizer,) = run(student).optimizers
    assert (optimizer.settings["momentum"], optimizer.settings["lr"]) == ("varies", 0.9)


def test_a_training_by_hand_has_no_optimizer(student_of) -> None:
    student = student_of(
        NET + "model = make()\ntrain_part34 = lambda model, optimizer: fit(model)\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=0.1))\n"
    )
    assert run(student).optimizers == ()


@pytest.mark.parametrize(
    "source",
    [
        "def main():\n    model = make()\n    fit(model, optim.SGD(model.parameters(), lr=0.0))\n"
        "main()\n",
        "model = make()\nfit(model, optim.SGD(model.parameters(), lr=0.0))\n",
        "model = make()\ntrain_part34(model, optim.SGD(model.parameters(), lr=0.0))\n",
    ],
    ids=["made-inside", "own-loop", "call"],
)
def test_the_weights_of_whatever_trains_are_shuffled_on_request(student_of, source) -> None:
    student = student_of(NET + source)
    trained = torch.arange(30720.0).view(10, 3072)
    target = student.loaded.recorded[-1].target
    run(student)
    assert torch.equal(student.weights(target)["1.weight"], trained)
    run(student, shuffle_seed=1)
    shuffled = student.weights(target)["1.weight"]
    assert not torch.equal(shuffled, trained)
    assert torch.equal(shuffled.flatten().sort().values, trained.flatten())


def test_a_gpu_that_the_training_alone_asks_for_is_replaced(student_of) -> None:
    student = student_of(
        NET + "def train_part34(model, optimizer):\n"
        "    model = model.cuda()\n"
        "    for x, y in loader_train:\n"
        "        F.cross_entropy(model(x.cuda()), y.cuda()).backward()\n"
        "        optimizer.step()\n"
        "model = make()\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1e-9))\n"
    )
    assert run(student).iteration > 0


def test_weights_that_a_later_cell_freezes_are_trained(student_of) -> None:
    student = student_of(
        NET + "model = make()\n"
        "def train_part34(model, optimizer):\n    fit(model, optimizer)\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1e-9))\n"
        "for weight in model.parameters():\n    weight.requires_grad = False\n"
    )
    assert run(student).iteration > 0


def test_weights_that_every_update_makes_anew_are_those_that_are_trained(student_of) -> None:
    student = student_of(
        NET + "def three_layer_convnet(x, params):\n    return params[5].expand(len(x), 10)\n"
        "def updated(params, x, y):\n"
        "    loss = F.cross_entropy(three_layer_convnet(x, params), y)\n"
        "    gradient, = torch.autograd.grad(loss, params[5:])\n"
        "    return [*params[:5], (params[5] - gradient).detach().requires_grad_()]\n"
        "def train_part2(model_fn, params, learning_rate):\n"
        "    for x, y in loader_train:\n        params = updated(updated(params, x, y), x, y)\n"
        "    return params\n"
        "shapes = (1, 3, 1, 1), (1,), (1, 1, 1, 1), (1,), (1, 10)\n"
        "params = [*map(random_weight, shapes), zero_weight((10,))]\n"
        "params = train_part2(three_layer_convnet, params, 1.0)\n"
    )
    target = student.loaded.recorded[-1].target
    assert not student.weights(target)["5"].any()
    run(student)
    assert student.weights(target)["5"].any()
