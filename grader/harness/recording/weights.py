"""The values of weights as they were when their last training was asked for.

Cells below it may write over them: scaled for a picture (on a CPU `.numpy()` is the weight itself),
detached in their list, replaced by what a file holds. At home all of that happened after the
training. Unlike what `standing` keeps they are put back once, when all cells have run: from then on
each training leaves its own to the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

MOST_BYTES = 256 << 20
"""Of all that is kept. Who searches over many large networks seldom writes over their weights."""


@dataclass
class _Kept:
    """One weight, what it held, and whether it is trained."""

    weight: Tensor
    values: Tensor
    trained: bool

    def put_back(self) -> None:
        is_other_type = self.weight.dtype != self.values.dtype
        if is_other_type or not torch.equal(self.weight, self.values):
            self.weight.data = self.values
        if self.weight.requires_grad != self.trained:
            self.weight.requires_grad = self.trained


class LastValues:
    """Keeps values of weights, and the weights of lists."""

    def __init__(self) -> None:
        self._weights: dict[int, _Kept] = {}
        self._lists: dict[int, tuple[list[Any], list[Any]]] = {}
        self._bytes = 0

    def keep(self, holder: nn.Module | Sequence[Any] | None) -> None:
        """Of a model or a list that is to be trained, as they are now."""
        if isinstance(holder, list):
            self._lists[id(holder)] = (holder, list(holder))
        for weight in _weights_of(holder):
            with suppress(Exception):  # a tensor of the student's own class may refuse anything
                self._keep(weight)

    def put_back(self) -> None:
        """All cells have run: undo what they changed since."""
        for holder, items in self._lists.values():
            if len(holder) != len(items) or any(map(_is_other, holder, items)):
                holder[:] = items
        for kept in self._weights.values():
            with suppress(Exception):
                kept.put_back()
        self._weights.clear()  # what was not changed would lie there twice, in every training
        self._lists.clear()

    def _keep(self, weight: Tensor) -> None:
        known = self._weights.get(id(weight))
        if known is not None and known.values.shape == weight.shape:
            known.values.copy_(weight.detach())
            known.trained = weight.requires_grad
        elif not nn.parameter.is_lazy(weight) and self._bytes + weight.nbytes <= MOST_BYTES:
            self._bytes += weight.nbytes
            values = weight.detach().clone()
            self._weights[id(weight)] = _Kept(weight, values, weight.requires_grad)


def _weights_of(holder: nn.Module | Sequence[Any] | None) -> Iterable[Tensor]:
    if isinstance(holder, nn.Module):
        return (*holder.parameters(), *holder.buffers())
    return [item for item in holder or () if isinstance(item, Tensor)]


def _is_other(one: object, another: object) -> bool:
    return one is not another
