"""Let torch's own optimizers step in one pass over the weights, where that is the same step.

The formulas are the same, in the same order, and the weights differ by rounding, if at all: as long
as all numbers of weights, gradients and states lie in a row. torch's fused kernels do not look at
strides, take a setting of another type (`nesterov=1`) for an error, and momentum must be there for
all weights or for none. So it is decided before each step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

import torch
from torch import Tensor

_FUSED = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW)
_ASKED = ("fused", "foreach", "differentiable", "capturable")
_SWITCHES = ("nesterov", "maximize", "amsgrad")
_NUMBERS = ("lr", "momentum", "dampening", "weight_decay", "eps")


class Fusing:
    """Fuses the steps of optimizers that were told nothing of how they are to step."""

    def __init__(self) -> None:
        self._ours: WeakSet[torch.optim.Optimizer] = WeakSet()
        self._seen: WeakSet[torch.optim.Optimizer] = WeakSet()

    def before_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Decide for the step that comes."""
        if optimizer not in self._seen:
            self._seen.add(optimizer)
            if type(optimizer) in _FUSED and all(map(_untold, optimizer.param_groups)):
                self._ours.add(optimizer)
        if optimizer in self._ours:
            for group in optimizer.param_groups:
                group["fused"] = True if _may_be_fused(optimizer, group) else None


def _untold(group: dict[str, Any]) -> bool:
    return "fused" in group and not any(group.get(name) for name in _ASKED)


def _may_be_fused(optimizer: torch.optim.Optimizer, group: dict[str, Any]) -> bool:
    if not _has_usual_types(group):
        return False
    trained = [weight for weight in group["params"] if weight.grad is not None]
    states = [optimizer.state.get(weight, {}) for weight in trained]
    has_momentum = {state.get("momentum_buffer") is not None for state in states}
    return len(has_momentum) < 2 and all(map(_is_plain, _tensors(trained, states)))


def _has_usual_types(group: dict[str, Any]) -> bool:
    numbers = [group[name] for name in _NUMBERS if name in group] + [*group.get("betas", ())]
    return all(type(group[name]) is bool for name in _SWITCHES if name in group) and all(
        type(number) in (int, float) for number in numbers
    )


def _tensors(trained: list[Any], states: list[dict[str, Any]]) -> Iterator[Tensor]:
    for weight, state in zip(trained, states, strict=True):
        yield weight
        yield weight.grad
        yield from (value for value in state.values() if isinstance(value, Tensor))


def _is_plain(tensor: Tensor) -> bool:
    return (
        tensor.layout == torch.strided
        and tensor.dtype == torch.float32
        and tensor.is_contiguous()
        and type(tensor) in (Tensor, torch.nn.Parameter)
    )
