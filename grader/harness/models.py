"""What a model, a list of weights or an optimizer is made of, as data."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.cells.failures import clean
from grader.harness.state import evaluating, same_randomness
from grader.protocol.parts import Layer, Model, Optimizer, Parameter

MAX_LAYERS = 500
MAX_PARAMETERS = 1000
MAX_WRAPPERS = 10
MAX_SIZES, MAX_SIZE = 16, 2**40  # what the protocol takes
IMAGES = (1, 3, 32, 32)
"""Shape of a batch of one of CIFAR-10's images."""

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
VARIES = "varies"
_OPTIMIZER_SETTINGS = ("lr", "momentum", "nesterov", "dampening", "weight_decay", "betas")


def describe_model(model: nn.Module) -> Model:
    """Leaf modules in the order of registration, and all parameters.

    A model that is wrapped to run in parallel or compiled is described as the one within; the
    names of its parameters are the wrapper's.
    """
    shown = _with_sizes(model)
    within = _unwrapped(shown)
    layers = tuple(_layer(leaf) for leaf in islice(_leaves(within), MAX_LAYERS))
    return Model(
        identity=id(model),
        type_name=_type_name(within),
        sequential=isinstance(within, nn.Sequential),
        layers=layers,
        parameters=tuple(_parameter(name, p) for name, p in named_weights(shown).items()),
    )


def initialize_lazy_layers(model: nn.Module, channels: int = IMAGES[1]) -> None:
    """Give lazy layers (`nn.LazyLinear`, ...) their sizes, as the first batch of images would.

    A model that cannot take the batch stays as it is; its checks say why.
    """
    if not _has_lazy_layers(model):
        return
    # A student's forward may raise anything.
    with suppress(BaseException), same_randomness(), evaluating(model), torch.no_grad():
        model(torch.zeros(IMAGES[0], channels, *IMAGES[2:]))


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
    """Class, settings, and whether it holds the model's parameters."""
    held = {id(p) for g in optimizer.param_groups for p in g["params"]}
    own = {id(p) for p in model.parameters()} if model is not None else set()
    return Optimizer(
        type_name=_type_name(optimizer),
        settings=optimizer_settings(optimizer),
        holds_model=held == own,
    )


def optimizer_settings(optimizer: torch.optim.Optimizer) -> dict[str, float | bool | str | None]:
    """An optimizer's settings; one that is not the same in all groups is told as "varies"."""
    settings: dict[str, float | bool | str | None] = {}
    # One of the student's own around another may have none.
    defaults = getattr(optimizer, "defaults", {})
    groups = [_as_asked_for(group, defaults) for group in optimizer.param_groups]
    for name in _OPTIMIZER_SETTINGS:
        values = [_setting(group[name]) for group in groups if name in group]
        if values:
            settings[name] = values[0] if all(v == values[0] for v in values) else VARIES
    return settings


def _as_asked_for(group: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """A group's settings before a scheduler for one cycle has put its own first ones in place."""
    cycled = {"max_momentum": ("momentum", "betas"), "max_lr": ("lr",)}
    names = [name for sign, names in cycled.items() if sign in group for name in names]
    return {**group, **{name: defaults[name] for name in names if name in defaults}}


def _has_lazy_layers(model: nn.Module) -> bool:
    return any(nn.parameter.is_lazy(t) for t in chain(model.parameters(), model.buffers()))


def _with_sizes(model: nn.Module) -> nn.Module:
    """The model, or a copy whose lazy layers have sizes: the model's own training gives it its."""
    if not _has_lazy_layers(model):
        return model
    try:
        model = copy.deepcopy(model)
    except Exception:  # not every module of a student's can be copied
        return model
    initialize_lazy_layers(model)
    return model


def _unwrapped(model: nn.Module) -> nn.Module:
    for _ in range(MAX_WRAPPERS):
        name = "module" if isinstance(model, nn.DataParallel) else "_orig_mod"
        within = dict(model._modules).get(name)
        if within is None:
            break
        model = within
    return model


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
            settings[name] = _setting(value)
        elif isinstance(value, tuple) and len(value) <= MAX_SIZES and all(map(_is_size, value)):
            settings[name] = value
    settings["bias"] = isinstance(getattr(module, "bias", None), Tensor)
    return Layer(type_name=_type_name(module), base=_base(module), settings=settings)


def _base(module: nn.Module) -> str:
    """The layer of PyTorch's that a class derives from; none where it is one, or derives from none.

    A `Conv2d` that initialises itself is still a convolution.
    """
    own = type(module)
    torchs = [each for each in own.__mro__ if vars(nn).get(each.__name__) is each]
    if not torchs or torchs[0] in (own, nn.Module, nn.Sequential):
        return ""
    name: str = torchs[0].__name__
    return name


def _is_size(value: object) -> bool:
    return isinstance(value, int) and abs(value) <= MAX_SIZE


def _parameter(name: str, weight: Tensor) -> Parameter:
    uninitialized = nn.parameter.is_lazy(weight)
    return Parameter(
        name=name,
        shape=() if uninitialized else tuple(weight.shape),
        dtype=str(weight.dtype),
        requires_grad=bool(weight.requires_grad),
    )


def _setting(value: Any) -> float | bool | str | None:
    """A value as JSON has it; there, nan and inf would be null."""
    if isinstance(value, Tensor) and value.numel() == 1 and not value.is_complex():
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clean(str(value))


def _type_name(value: object) -> str:
    return clean(str(type(value).__name__))
