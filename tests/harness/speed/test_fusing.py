"""A fused step is the same step, whatever is trained, and how."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.harness.speed.fusing import Fusing

SETTINGS = [
    (torch.optim.SGD, {"lr": 0.1}),
    (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-2}),
    (torch.optim.Adam, {"lr": 0.01, "amsgrad": True}),
    (torch.optim.AdamW, {"lr": 0.01}),
]
OF_OTHER_TYPES = [
    (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": 1, "maximize": 0}),
    (torch.optim.SGD, {"lr": np.float32(0.1), "weight_decay": np.float64(1e-2)}),
    (torch.optim.SGD, {"lr": torch.tensor(0.1), "momentum": True}),
    (torch.optim.Adam, {"lr": 0.01, "amsgrad": 1}),
]
"""What torch takes, but where it fuses."""
Make = Callable[[], list[Tensor]]


def plain() -> list[Tensor]:
    return [torch.linspace(-1, 1, 50).requires_grad_(), torch.ones(4, 3).requires_grad_()]


def sliced() -> list[Tensor]:
    """The bias trick: a weight that is a part of another tensor."""
    whole = torch.linspace(-1, 1, 30).reshape(5, 6)
    return [torch.nn.Parameter(whole[:, :-1]), torch.nn.Parameter(whole.clone().T)]


def weights_after(kind, settings, make: Make, first: int, *, fused: bool) -> list[Tensor]:
    """After six steps; the second weight has its first gradient in the step of that number."""
    weights = make()
    optimizer, fusing = kind(weights, **settings), Fusing()
    for step in range(6):
        optimizer.zero_grad()
        loss = weights[0].square().sum() * (step + 1)
        if step >= first:
            loss = loss + (weights[1] ** 3).sum()
        loss.backward()
        if step == 4:  # a gradient of one's own, with other strides
            for weight in weights:
                if weight.grad is not None:
                    weight.grad = torch.stack([weight.grad, weight.grad], -1)[..., 0]
        if fused:
            fusing.before_step(optimizer)
        optimizer.step()
    return [weight.detach().clone() for weight in weights]


@pytest.mark.parametrize(("kind", "settings"), SETTINGS + OF_OTHER_TYPES)
@pytest.mark.parametrize("make", [plain, sliced])
@pytest.mark.parametrize("first", [0, 3])
def test_it_comes_to_the_same_weights(kind, settings, make: Make, first: int) -> None:
    usual, fused = (
        weights_after(kind, settings, make, first, fused=each) for each in (False, True)
    )
    for one, other in zip(usual, fused, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_the_usual_network_s_steps_are_fused(kind, settings) -> None:
    weights = plain()
    optimizer, fusing = kind(weights, **settings), Fusing()
    for _ in range(3):
        sum(weight.square().sum() for weight in weights).backward()
        fusing.before_step(optimizer)
        assert optimizer.param_groups[0]["fused"]
        optimizer.step()


class Own(torch.optim.SGD):
    """Not torch's."""


@pytest.mark.parametrize(
    "make",
    [
        lambda w: Own([w], lr=0.1),
        lambda w: torch.optim.RMSprop([w], lr=0.1),
        lambda w: torch.optim.SGD([w], lr=0.1, foreach=True),
        lambda w: torch.optim.SGD([w], lr=0.1, differentiable=True),
        lambda w: torch.optim.SGD([{"params": [w], "foreach": True}], lr=0.1),
        lambda w: torch.optim.SGD([w.detach().double().requires_grad_()], lr=0.1),
    ],
    ids=["own", "unfusable", "foreach", "differentiable", "in-a-group", "double"],
)
def test_what_was_asked_for_or_cannot_be_stays(make) -> None:
    optimizer = make(torch.zeros(3, requires_grad=True))
    for group in optimizer.param_groups:
        for weight in group["params"]:
            weight.grad = torch.ones_like(weight)
    before = optimizer.param_groups[0].get("fused")
    Fusing().before_step(optimizer)
    assert optimizer.param_groups[0].get("fused") == before
