"""A fused step is the same step."""

from __future__ import annotations

import pytest
import torch

from grader.harness.fusing import fuse

OPTIMIZERS = [
    (torch.optim.SGD, {"lr": 0.1}),
    (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-2}),
    (torch.optim.Adam, {"lr": 0.01, "amsgrad": True}),
    (torch.optim.AdamW, {"lr": 0.01}),
]


def weights_after(kind, settings, *, fused: bool) -> torch.Tensor:
    weight = torch.linspace(-1, 1, 50).requires_grad_()
    optimizer = kind([weight], **settings)
    for step in range(5):
        optimizer.zero_grad()
        (weight.square().sum() * (step + 1)).backward()
        if fused:
            fuse(optimizer)
            assert optimizer.param_groups[0]["fused"]
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize(("kind", "settings"), OPTIMIZERS)
def test_a_fused_optimizer_comes_to_the_same_weights(kind, settings) -> None:
    plain, fused = (weights_after(kind, settings, fused=each) for each in (False, True))
    torch.testing.assert_close(plain, fused, rtol=1e-5, atol=1e-7)


class Own(torch.optim.SGD):
    """Not torch's."""


@pytest.mark.parametrize(
    "make",
    [
        lambda w: Own([w], lr=0.1),
        lambda w: torch.optim.RMSprop([w], lr=0.1),
        lambda w: torch.optim.SGD([w], lr=0.1, foreach=True),
        lambda w: torch.optim.SGD([w], lr=0.1, differentiable=True),
        lambda w: torch.optim.SGD([w], lr=0.1, fused=False),
        lambda w: torch.optim.SGD([w, w.detach().to(torch.complex64).requires_grad_()], lr=0.1),
    ],
    ids=["own", "unfusable", "foreach", "differentiable", "asked-not-to", "complex"],
)
def test_what_was_asked_for_or_cannot_be_stays(make) -> None:
    optimizer = make(torch.zeros(3, requires_grad=True))
    before = optimizer.param_groups[0].get("fused")
    fuse(optimizer)
    assert optimizer.param_groups[0].get("fused") == before


def test_an_optimizer_that_has_begun_stays_as_it_is() -> None:
    weight = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([weight])
    weight.grad = torch.ones(3)
    optimizer.step()
    fuse(optimizer)
    assert optimizer.param_groups[0]["fused"] is None
