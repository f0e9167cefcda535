"""Mixed precision stays between a network's images and its scores, and out of every measurement."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.harness.speed.mixing import MixedPrecision


class Network(nn.Module):
    """Tells in which precision it computes, and that of its layers' own results."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.seen: list[torch.dtype] = []

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Scores, and what they were computed from."""
        maps = self.convolution(x)
        self.seen.append(maps.dtype)
        return maps.mean((2, 3)), [maps]


class Raising(nn.Module):
    """Its inner layer computes, and it raises."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Nothing."""
        raise NotImplementedError


@pytest.fixture
def mixing(global_hooks) -> MixedPrecision:
    """Installed for one test."""
    found = MixedPrecision()
    found.install()
    return found


X = torch.randn(2, 3, 8, 8)


def test_a_network_computes_in_bfloat16_and_whoever_calls_it_sees_nothing_of_it(mixing) -> None:
    network = Network()
    with mixing.during_training(wanted=True):
        scores, (maps,) = network(X)
        outside = X[0, 0] @ X[0, 1]
        scores.square().sum().backward()
    assert network.seen == [torch.bfloat16]
    assert {scores.dtype, maps.dtype, outside.dtype} == {torch.float32}
    gradient = network.convolution.weight.grad
    assert gradient is not None
    assert gradient.dtype == torch.float32
    assert gradient.any()


def test_weights_that_have_changed_are_used_at_once(mixing) -> None:
    network = nn.Linear(3, 1, bias=False)
    with mixing.during_training(wanted=True):
        before = network(torch.ones(1, 3))
        with torch.no_grad():
            network.weight.add_(1.0)
        after = network(torch.ones(1, 3))
    assert (after - before).item() == pytest.approx(3.0, abs=0.1)


def test_what_is_measured_is_computed_in_full(mixing) -> None:
    network = Network()
    with mixing.during_training(wanted=True), torch.no_grad():
        network(X)
    network(X)
    with mixing.during_training(wanted=False):
        network(X)
    assert network.seen == [torch.float32] * 3


def test_a_network_that_raises_leaves_nothing_behind(mixing) -> None:
    network = Network()
    with mixing.during_training(wanted=True):
        with pytest.raises(NotImplementedError):
            Raising()(X)
        assert (X[0, 0] @ X[0, 1]).dtype == torch.float32
        network(X)
    assert network.seen == [torch.bfloat16]
