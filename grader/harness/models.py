"""What a model, a list of weights or an optimizer is made of, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.failures import clean
from grader.protocol.messages import Layer, Model, Optimizer, Parameter

MAX_LAYERS = 500
MAX_PARAMETERS = 1000

_LAYER_SETTINGS = (
    "in_channels",
    "out_channels",
    "in_features",
    "out_features",
    "num_features",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "padding_mode",
    "start_dim",
    "p",
)
_OPTIMIZER_SETTINGS = ("lr", "momentum", "nesterov", "dampening", "weight_decay", "betas")


def describe_model(model: nn.Module) -> Model:
    """Leaf modules in the order of registration, and all parameters."""
    layers = tuple(_layer(leaf) for leaf in islice(_leaves(model), MAX_LAYERS))
    return Model(
        identity=id(model),
        type_name=_type_name(model),
        sequential=isinstance(model, nn.Sequential),
        layers=layers,
        parameters=tuple(_parameter(name, p) for name, p in named_weights(model).items()),
    )


def describe_weights(weights: Sequence[Any]) -> Model:
    """A list of weight tensors as `train_part2` takes it."""
    return Model(
        identity=id(weights[0]) if weights else 0,
        type_name="weights",
        sequential=False,
        parameters=tuple(_parameter(name, p) for name, p in named_weights(weights).items()),
    )


def named_weights(holder: nn.Module | Sequence[Any]) -> dict[str, Tensor]:
    """Name or position -> tensor, for a model or a list of weights."""
    pairs = (
        holder.named_parameters()
        if isinstance(holder, nn.Module)
        else ((str(position), weight) for position, weight in enumerate(holder))
    )
    weights: dict[str, Tensor] = {}
    for name, weight in pairs:
        if isinstance(weight, Tensor) and len(weights) < MAX_PARAMETERS:
            weights[clean(name)] = weight
    return weights


def describe_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module | None) -> Optimizer:
    """Class, settings of the first group, and whether it holds the model's parameters."""
    group = optimizer.param_groups[0] if optimizer.param_groups else {}
    settings = {name: _setting(group[name]) for name in _OPTIMIZER_SETTINGS if name in group}
    held = {id(p) for g in optimizer.param_groups for p in g["params"]}
    own = {id(p) for p in model.parameters()} if model is not None else set()
    return Optimizer(type_name=_type_name(optimizer), settings=settings, holds_model=held == own)


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    """Modules without children, in order; one that is used twice comes twice."""
    children = [child for child in module._modules.values() if child is not None]
    if not children:
        yield module
    for child in children:
        yield from _leaves(child)


def _layer(module: nn.Module) -> Layer:
    settings: dict[str, Any] = {}
    for name in _LAYER_SETTINGS:
        value = module.__dict__.get(name)
        if isinstance(value, (int, float, str)):
            settings[name] = clean(value) if isinstance(value, str) else value
        elif isinstance(value, tuple) and all(isinstance(v, int) for v in value):
            settings[name] = value
    settings["bias"] = isinstance(getattr(module, "bias", None), Tensor)
    return Layer(type_name=_type_name(module), settings=settings)


def _parameter(name: str, weight: Tensor) -> Parameter:
    uninitialized = nn.parameter.is_lazy(weight)
    return Parameter(
        name=name,
        shape=() if uninitialized else tuple(weight.shape),
        dtype=str(weight.dtype),
        requires_grad=bool(weight.requires_grad),
    )


def _setting(value: Any) -> float | bool | str | None:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Tensor) and value.numel() == 1:
        return float(value)
    return clean(str(value))


def _type_name(value: object) -> str:
    return clean(str(type(value).__name__))
