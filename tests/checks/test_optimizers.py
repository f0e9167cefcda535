"""What a run's optimizer must be, told from torch's own optimizers."""

from __future__ import annotations

import pytest
import torch
from torch import nn, optim

from grader.checks.optimizers import require_optimizers
from grader.checks.outcome import CheckFailed
from grader.harness.models import describe_optimizer
from grader.protocol.parts import Location, Recorded
from grader.rubric import OptimizerRule

PLAIN = OptimizerRule(name="SGD", momentum=0.0, nesterov=False)
NESTEROV = OptimizerRule(name="SGD", momentum=0.9, nesterov=True)


@pytest.fixture
def model() -> nn.Module:
    return nn.Linear(3, 2)


def recorded(optimizer: optim.Optimizer | None, model: nn.Module) -> Recorded:
    return Recorded(
        target="run:0",
        api="part34",
        where=Location(file="homework.py", line=1),
        optimizer=None if optimizer is None else describe_optimizer(optimizer, model),
    )


def reason(optimizer: optim.Optimizer | None, model: nn.Module, rule: OptimizerRule) -> str:
    with pytest.raises(CheckFailed) as caught:
        require_optimizers([recorded(optimizer, model)], rule)
    return caught.value.reason


@pytest.mark.parametrize("settings", [{}, {"momentum": 0}, {"weight_decay": 0.1}])
def test_plain_sgd_of_any_rate_is_plain_sgd(model: nn.Module, settings: dict[str, float]) -> None:
    for rate in (1e-4, torch.tensor(3e-3), 1.0):
        optimizer = optim.SGD(model.parameters(), lr=rate, **settings)
        require_optimizers([recorded(optimizer, model)], PLAIN)


@pytest.mark.parametrize("nesterov", [True, 1])
def test_nesterov_momentum_is_told_from_its_settings(model: nn.Module, nesterov: object) -> None:
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=nesterov)
    require_optimizers([recorded(optimizer, model)], NESTEROV)


def test_parameters_in_several_groups_are_all_held(model: nn.Module) -> None:
    groups = [{"params": [parameter]} for parameter in model.parameters()]
    require_optimizers([recorded(optim.SGD(groups, lr=0.1), model)], PLAIN)


def test_no_optimizer_is_named(model: nn.Module) -> None:
    assert reason(None, model, PLAIN).startswith("no torch.optim optimizer was found; SGD")


@pytest.mark.parametrize("kind", [optim.Adam, optim.RMSprop, optim.AdamW])
def test_another_class_is_named(model: nn.Module, kind: type[optim.Optimizer]) -> None:
    optimizer = kind(model.parameters(), lr=0.1)  # type: ignore[call-arg]
    assert reason(optimizer, model, PLAIN) == (
        f"the optimizer is {kind.__name__}; SGD is asked for"
    )


def test_wrong_momentum_is_told_both_ways(model: nn.Module) -> None:
    with_momentum = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    assert reason(with_momentum, model, PLAIN) == "its momentum is 0.9; 0.0 is asked for"
    without = optim.SGD(model.parameters(), lr=0.1)
    assert "0.9 is asked for" in reason(without, model, NESTEROV)
    other = optim.SGD(model.parameters(), lr=0.1, momentum=0.95, nesterov=True)
    assert reason(other, model, NESTEROV) == "its momentum is 0.95; 0.9 is asked for"


@pytest.mark.parametrize(
    ("nesterov", "mistake"),
    [
        (True, "nesterov_added"),
        (1, "nesterov_added"),
        (False, "momentum_added"),
        ("no", "momentum_added"),
    ],
)
def test_momentum_is_nesterov_s_only_where_it_is_said_to_be(
    model: nn.Module, nesterov: object, mistake: str
) -> None:
    for momentum in (0.9, float("nan")):
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
        optimizer.param_groups[0]["nesterov"] = nesterov
        with pytest.raises(CheckFailed) as caught:
            require_optimizers([recorded(optimizer, model)], PLAIN)
        assert caught.value.mistake == mistake


def test_a_missing_nesterov_is_told(model: nn.Module) -> None:
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    assert reason(optimizer, model, NESTEROV) == (
        "it has nesterov=False; Nesterov momentum is asked for"
    )


@pytest.mark.parametrize("held", ["fewer", "more", "others"])
def test_other_parameters_than_the_models_are_told(model: nn.Module, held: str) -> None:
    own, others = list(model.parameters()), list(nn.Linear(2, 2).parameters())
    parameters = {"fewer": own[:1], "more": own + others, "others": others}[held]
    optimizer = optim.SGD(parameters, lr=0.1)
    assert "does not hold exactly the parameters" in reason(optimizer, model, PLAIN)


def test_nesterov_in_one_group_alone_is_not_nesterov(model: nn.Module) -> None:
    groups = [
        {"params": [model.weight], "nesterov": True},
        {"params": [model.bias], "nesterov": False},
    ]
    optimizer = optim.SGD(groups, lr=0.1, momentum=0.9)
    assert "nesterov=varies" in reason(optimizer, model, NESTEROV)


def test_every_training_of_a_model_must_keep_the_rule(model: nn.Module) -> None:
    plain = recorded(optim.SGD(model.parameters(), lr=0.1), model)
    adam = recorded(optim.Adam(model.parameters(), lr=0.1), model)
    elsewhere = adam.model_copy(update={"where": Location(file="homework.py", line=7)})
    require_optimizers((plain, plain), PLAIN)
    with pytest.raises(CheckFailed) as caught:
        require_optimizers((elsewhere, plain), PLAIN)
    assert caught.value.reason == (
        "the model is also trained at homework.py, line 7: the optimizer is Adam; SGD is asked for"
    )
    assert caught.value.where == "homework.py, line 7"
    with pytest.raises(CheckFailed, match=r"^the optimizer is Adam"):
        require_optimizers((plain, elsewhere), PLAIN)
