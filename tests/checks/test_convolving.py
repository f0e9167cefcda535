"""Whether what is trained convolves is told by its scores, not by the shapes of its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from grader.checks.catalogue import known_checks
from grader.checks.convolving import require_convolving
from grader.checks.network import require_three_layers
from grader.checks.outcome import CheckFailed
from grader.errors import StudentError
from grader.harness.models import describe_model, named_weights
from grader.rubric import load_rubric

IMAGES = load_rubric(Path(__file__).parents[2] / "rubric.yaml", known_checks()).data


def require(model: nn.Module) -> None:
    model.eval()
    layers = require_three_layers(describe_model(model), IMAGES)

    def ask(weights: Mapping[str, Tensor], pictures: np.ndarray) -> Tensor:
        own = named_weights(model)
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            for name, weight in weights.items():
                own[name].copy_(weight)
            try:
                return model((x - torch.tensor(IMAGES.mean).view(3, 1, 1)) / 0.2)
            except RuntimeError as error:
                raise StudentError("RuntimeError", str(error)) from error

    weights = {name: weight.detach().clone() for name, weight in named_weights(model).items()}
    require_convolving(layers, weights, ask, IMAGES.image_size)


class Step(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.forward = function


def convnet(
    *,
    kernels=(5, 3),
    paddings=(2, 1),
    strides=(1, 1),
    before=(),
    between=(),
    flat=(),
    after=(),
    activation=nn.ReLU,
) -> nn.Module:
    end = flat or [nn.Flatten()]
    steps = [
        *before,
        nn.Conv2d(3, 8, kernels[0], strides[0], paddings[0]), activation(), *between,
        nn.Conv2d(8, 6, kernels[1], strides[1], paddings[1]), activation(), *end,
    ]  # fmt: skip
    features = nn.Sequential(*steps)(torch.zeros(2, 3, 32, 32)).shape[1]
    return nn.Sequential(*steps, nn.Linear(features, 10), *after)


CONVNETS = {
    "as asked": convnet,
    "no paddings": lambda: convnet(paddings=(0, 0)),
    "large kernels": lambda: convnet(kernels=(9, 7), paddings=(4, 3)),
    "strides": lambda: convnet(strides=(3, 3)),
    "pools": lambda: convnet(between=[nn.MaxPool2d(2)]),
    "no ReLU": lambda: convnet(activation=nn.Identity),
    "sigmoid": lambda: convnet(activation=nn.Sigmoid),
    "softmax": lambda: convnet(after=[nn.Softmax(1)]),
    "softmax over the images": lambda: convnet(after=[nn.Softmax(0)]),
    "ReLU on the scores": lambda: convnet(after=[nn.ReLU()]),
    "normalised maps": lambda: convnet(between=[nn.InstanceNorm2d(8)]),
    "normalised images": lambda: convnet(
        before=[nn.LayerNorm([3, 32, 32], elementwise_affine=False)]
    ),
    "dropout that is never off": lambda: convnet(between=[Step(lambda x: F.dropout(x, 0.5))]),
    "images of a batch mixed up": lambda: convnet(flat=[Step(lambda x: x.reshape(-1, len(x)).T)]),
    "channels last": lambda: convnet(flat=[Step(lambda x: x.permute(0, 2, 3, 1).flatten(1))]),
    "all maps pooled": lambda: convnet(flat=[nn.AdaptiveMaxPool2d(1), nn.Flatten()]),
    "nothing comes out": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Conv2d(8, 6, 3), nn.Linear(6 * 784, 10)
    ),
}


@pytest.mark.parametrize("name", CONVNETS)
def test_a_network_of_convolutions_passes_whatever_its_mistakes(name: str) -> None:
    require(CONVNETS[name]())


class Read(nn.Module):
    """Tensors of a ConvNet's shapes that something else is made of."""

    def __init__(self, shapes: list[tuple[int, ...]], read: Callable[..., Tensor]) -> None:
        super().__init__()
        self.weights = nn.ParameterList([torch.randn(shape) for shape in shapes])
        self.read = read

    def forward(self, x: Tensor) -> Tensor:
        return self.read(x.flatten(1), *self.weights)


EXACT = [(32, 3, 5, 5), (16, 32, 3, 3)]
OTHERS = {
    "a filter as large as the image": lambda: Read(
        [(90, 3, 32, 32), (2, 90, 2, 2), (90, 10)],
        lambda x, a, b, c: F.relu(x @ a.flatten(1).T) @ c,
    ),
    "the matrix and the second filters": lambda: Read(
        [*EXACT, (16384, 10)],
        lambda x, a, b, c: (
            F.relu(x @ c.reshape(-1)[: 3072 * 50].reshape(3072, 50))
            @ b.reshape(-1)[:500].reshape(50, 10)
        ),
    ),
    "the same the other way round": lambda: Read(
        [*EXACT, (10, 16384)],
        lambda x, a, b, c: (
            F.relu(x @ c.reshape(-1)[: 3072 * 50].reshape(50, 3072).T)
            @ b.reshape(-1)[:500].reshape(50, 10)
        ),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_fully_connected_network_does_not(name: str) -> None:
    with pytest.raises(CheckFailed, match="are not used as filters"):
        require(OTHERS[name]())


def test_nor_does_what_takes_its_scores_from_elsewhere() -> None:
    other = torch.randn(3072, 10)
    network = Read([*EXACT, (16384, 10)], lambda x, a, b, c: x @ other + 0 * c.sum())
    with pytest.raises(CheckFailed, match="even when all of its weights are zero"):
        require(network)
