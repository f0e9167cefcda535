"""Part III's and Part IV's runs train the three-layer ConvNet, whatever its sizes, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from grader.checks.catalogue import known_checks
from grader.checks.network import require_three_layers
from grader.checks.outcome import CheckFailed
from grader.harness.models import describe_model
from grader.rubric import load_rubric

IMAGES = load_rubric(Path(__file__).parents[2] / "rubric.yaml", known_checks()).data


def convnet(*more: nn.Module, bias: bool = True, maps: tuple[int, int] = (32, 16)) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, maps[0], 5, padding=2, bias=bias), nn.ReLU(),
        nn.Conv2d(*maps, 3, padding=1, bias=bias), nn.ReLU(),
        *more, nn.Flatten(), nn.Linear(maps[1] * 32 * 32, 10, bias=bias),
    )  # fmt: skip


class Bare(nn.Module):
    """Parameters of its own, in an order and orientation of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Parameter(torch.zeros(16 * 30 * 30, 10))
        self.second = nn.Parameter(torch.zeros(16, 32, 3, 3))
        self.first = nn.Parameter(torch.zeros(32, 3, 5, 5))
        self.bias = nn.Parameter(torch.zeros(1, 16, 1, 1))


CONVNETS: dict[str, Callable[[], nn.Module]] = {
    "as asked": convnet,
    "other numbers of filters": lambda: convnet(maps=(3, 10)),
    "without biases": lambda: convnet(bias=False),
    "with what learns nothing": lambda: convnet(nn.MaxPool2d(1), nn.Dropout(0.1), nn.Identity()),
    "other kernels and paddings": lambda: nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.Conv2d(32, 16, 5), nn.Flatten(), nn.Linear(16 * 26 * 26, 10)
    ),
    "bare parameters": Bare,
    "wrapped": lambda: nn.DataParallel(convnet()),
}


@pytest.mark.parametrize("name", CONVNETS)
def test_what_was_meant_to_be_the_convnet_counts(name: str) -> None:
    require_three_layers(describe_model(CONVNETS[name]()), IMAGES)


class Empty(nn.Module):
    """A second convolution without filters, which torch warns of where a layer has none."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.zeros(32, 3, 5, 5))
        self.second = nn.Parameter(torch.zeros(0, 32, 3, 3))
        self.fc = nn.Parameter(torch.zeros(0, 10))


OTHERS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "two fully connected layers": (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(3072, 40), nn.ReLU(), nn.Linear(40, 10)),
        "its parameters are 1.weight (40, 3072), 1.bias (40), 3.weight (10, 40), 3.bias (10)",
    ),
    "batch normalisation": (
        lambda: convnet(nn.BatchNorm2d(16)),
        "besides these it learns 4.weight (16)",
    ),
    "a third convolution": (lambda: convnet(nn.Conv2d(16, 16, 1)), "its parameters are"),
    "a second linear layer": (lambda: convnet(nn.Linear(32, 32)), "its parameters are"),
    "a learned scale": (lambda: convnet(nn.PReLU()), "besides these it learns 4.weight (1)"),
    "layers side by side": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 8, 5), nn.Conv2d(3, 8, 5), nn.Flatten(), nn.Linear(800, 10)
        ),
        "its parameters are",
    ),
    "groups": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 32, 5), nn.Conv2d(32, 16, 3, groups=16), nn.Linear(160, 10)
        ),
        "its parameters are",
    ),
    "no filters": (lambda: Empty(), "its parameters are"),
    "nothing": (nn.Identity, "its parameters are none"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_network_is_told_by_what_came(name: str) -> None:
    build, says = OTHERS[name]
    with pytest.raises(CheckFailed) as caught:
        require_three_layers(describe_model(build()), IMAGES)
    assert caught.value.reason.startswith("another network is trained than two convolutions")
    assert says in caught.value.reason
