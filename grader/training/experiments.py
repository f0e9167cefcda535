"""Experiments: what makes two trainings of a run equal, and the reference's, each trained once.

An experiment is named by all that a training depends on but for the numbers that are drawn: the
network and its sizes, the laws its weights are drawn by, the optimizer and its settings. Which
experiment a submission's run is, is read off its recording and its weights; whether it really is
that one is seen by doing it (`grader/training/sharing.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from grader.keys import key_of
from grader.p_values import normality_p_value, order_p_value, uniformity_p_value
from grader.protocol.parts import Model, Parameter, Recorded
from grader.results import RunName
from grader.rubric import Images
from reference import kaiming_std

MAX_WIDTH: Mapping[RunName, int] = {
    "barebones": 64, "module": 64, "sequential_fc": 8000, "sequential_convnet": 64, "challenge": 0,
}  # fmt: skip
"""Filters or hidden units of an experiment: larger networks are trained in their owner's time."""

_PLAIN_SGD = {"weight_decay": 0, "dampening": 0}
_ENOUGH = 200_000
"""Numbers of a tensor whose law is looked at."""

_FALSE_ALARM = 1e-6
"""The chance that weights drawn by a law are not seen to be: such a run is trained, no more."""


class Experiment(BaseModel):
    """One training of the reference; equal ones are equal up to what is drawn.

    `widths` are the filters of both convolutions, or the hidden units.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: RunName
    widths: tuple[int, ...]
    weights: Literal["kaiming", "default"]
    biases: Literal["zero", "default"]
    learning_rate: float
    momentum: float
    nesterov: bool

    @property
    def key(self) -> str:
        """What tells it from others."""
        return key_of(self.model_dump_json())


class Network(NamedTuple):
    """A run's network: its widths, and which of the parameters is which tensor of the reference's.

    `names`, `shapes` (the reference's, a matrix as `nn.Linear` has it) and `own` (the network's)
    are in the reference's order: weights and bias of each layer in turn.
    """

    widths: tuple[int, ...]
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    own: tuple[tuple[int, ...], ...]

    def to_own(self, tensors: Sequence[Tensor]) -> dict[str, Tensor]:
        """The reference's tensors by the network's names and in its orientations."""
        return {
            name: (tensor.T if len(shape) == 2 and own != shape else tensor).reshape(own)
            for name, shape, own, tensor in zip(
                self.names, self.shapes, self.own, tensors, strict=True
            )
        }

    def from_own(self, tensors: Mapping[str, Tensor]) -> tuple[Tensor, ...] | None:
        """A network's tensors as the reference's; None where one is missing or misshapen."""
        found = [tensors.get(name) for name in self.names]
        if any(
            tensor is None or tuple(tensor.shape) != own
            for tensor, own in zip(found, self.own, strict=True)
        ):
            return None
        return tuple(
            (tensor.T if len(shape) == 2 and own != shape else tensor).float().reshape(shape)
            for tensor, shape, own in zip(found, self.shapes, self.own, strict=True)
            if tensor is not None
        )


def network_of(name: RunName, model: Model, data: Images) -> Network | None:
    """The network, where its parameters are just those of the run's; None for any other."""
    layers = _layers(name, model.parameters, data)
    if layers is None or not all(0 < width <= MAX_WIDTH[name] for width in layers[0]):
        return None
    widths, shapes = layers
    left, found = list(model.parameters), list[Parameter]()
    for shape in shapes:
        parameter = next((p for p in left if _is(p.shape, shape)), None)
        if parameter is None:
            return None
        left.remove(parameter)
        found.append(parameter)
    if left:
        return None
    return Network(widths, tuple(p.name for p in found), shapes, tuple(p.shape for p in found))


def experiment_of(
    name: RunName, recorded: Recorded, network: Network, weights: Mapping[str, Tensor]
) -> Experiment | None:
    """The experiment that a recorded training of a network says it is; None for any other.

    Args:
        name: of the run.
        recorded: the training.
        network: what it trains.
        weights: by name, as they were drawn.
    """
    descent, drawn = _descent(recorded), network.from_own(weights)
    if descent is None or drawn is None:
        return None
    fans = _fans(network)
    weights_law = _weights_law(drawn[::2], fans)
    biases_law = _biases_law(drawn[1::2], fans)
    if weights_law is None or biases_law is None:
        return None
    return Experiment(
        run=name,
        widths=network.widths,
        weights=weights_law,
        biases=biases_law,
        **descent._asdict(),
    )


def draw(experiment: Experiment, network: Network, seed: int) -> tuple[Tensor, ...]:
    """Weights by the experiment's laws, in the reference's order and shapes."""
    generator = torch.Generator().manual_seed(seed)
    drawn = []
    for fan, weights, bias in zip(
        _fans(network), network.shapes[::2], network.shapes[1::2], strict=True
    ):
        if experiment.weights == "kaiming":
            drawn.append(torch.randn(weights, generator=generator) * kaiming_std(fan))
        else:
            drawn.append(_uniform(weights, fan, generator))
        is_zero = experiment.biases == "zero"
        drawn.append(torch.zeros(bias) if is_zero else _uniform(bias, fan, generator))
    return tuple(drawn)


def _uniform(shape: tuple[int, ...], fan: int, generator: torch.Generator) -> Tensor:
    return (torch.rand(shape, generator=generator) * 2 - 1) / math.sqrt(fan)


def _fans(network: Network) -> list[int]:
    """The inputs of each layer's outputs."""
    return [math.prod(shape[1:]) for shape in network.shapes[::2]]


def _layers(
    name: RunName, parameters: Sequence[Parameter], data: Images
) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]] | None:
    """The widths, by the filters or the bias that is none of the scores', and all shapes."""
    pixels = data.image_size**2
    if name == "sequential_fc":
        matrix = next((p.shape for p in parameters if p.shape[1:] == (data.channels * pixels,)), ())
        if not matrix:
            return None
        (hidden, _) = matrix
        return (hidden,), (matrix, (hidden,), (data.classes, hidden), (data.classes,))
    filters = [p.shape for p in parameters if len(p.shape) == 4]
    if len(filters) != 2:
        return None
    first, second = filters if filters[0][1] == data.channels else filters[::-1]
    one, two = first[0], second[0]
    fc = (data.classes, two * pixels)
    return (one, two), (
        (one, data.channels, 5, 5), (one,), (two, one, 3, 3), (two,), fc, (data.classes,),
    )  # fmt: skip


def _is(own: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether a parameter is that tensor; a matrix in either orientation, a bias in any form."""
    if len(shape) == 1:
        return math.prod(own) == shape[0] and sum(size != 1 for size in own) <= 1
    return own == shape or (len(shape) == 2 and own == shape[::-1])


class _Descent(NamedTuple):
    """Settings of stochastic gradient descent."""

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    @property
    def is_possible(self) -> bool:
        """Whether torch's own SGD takes them; a student's settings may have been changed later."""
        is_number = math.isfinite(self.learning_rate) and math.isfinite(self.momentum)
        is_in_range = self.learning_rate >= 0 and self.momentum >= 0
        return is_number and is_in_range and (self.momentum > 0 or not self.nesterov)


def _descent(recorded: Recorded) -> _Descent | None:
    optimizer = recorded.optimizer
    if recorded.api == "part2":
        given = recorded.learning_rate
        by_hand = _Descent(given) if given is not None else None
        return by_hand if by_hand is not None and by_hand.is_possible else None
    if recorded.api not in ("part34", "built") or optimizer is None or not optimizer.holds_model:
        return None
    settings = optimizer.settings
    if optimizer.type_name != "SGD" or any(settings.get(k, 0) != v for k, v in _PLAIN_SGD.items()):
        return None
    rate, momentum = settings.get("lr"), settings.get("momentum", 0.0)
    if not isinstance(rate, (int, float)) or not isinstance(momentum, (int, float)):
        return None
    try:
        descent = _Descent(float(rate), float(momentum), bool(settings.get("nesterov", False)))
    except OverflowError:  # an integer beyond any float
        return None
    return descent if descent.is_possible else None


def _weights_law(
    weights: Sequence[Tensor], fans: Sequence[int]
) -> Literal["kaiming", "default"] | None:
    pairs = list(zip(weights, fans, strict=True))
    if all(_is_normal(weight, kaiming_std(fan)) for weight, fan in pairs):
        return "kaiming"
    return "default" if all(_is_default(weight, fan) for weight, fan in pairs) else None


def _biases_law(biases: Sequence[Tensor], fans: Sequence[int]) -> Literal["zero", "default"] | None:
    if not any(bias.count_nonzero() for bias in biases):
        return "zero"
    pairs = zip(biases, fans, strict=True)
    return "default" if all(_is_default(bias, fan) for bias, fan in pairs) else None


def _is_normal(weight: Tensor, std: float) -> bool:
    weight = _thinned(weight)
    return min(normality_p_value(weight, std), order_p_value(weight, std)) >= _FALSE_ALARM


def _is_default(tensor: Tensor, fan: int) -> bool:
    """Whether it may be drawn as PyTorch's layers draw theirs: uniform, up to 1 / sqrt(fan_in)."""
    return uniformity_p_value(_thinned(tensor), 1.0 / math.sqrt(fan)) >= _FALSE_ALARM


def _thinned(tensor: Tensor) -> Tensor:
    """Of a large tensor some rows: a test of twelve million numbers takes seconds."""
    return tensor[:: -(-tensor.numel() // _ENOUGH)]
