"""Weights in another order: what was drawn at random stays so, what was learned is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.recording.undo import leaves

SMALL = 1000
"""Buffers of fewer numbers stay as they are: means, tables of labels, a few fixed filters."""


class Shuffler:
    """Shuffles whatever a run trains, before it computes anything with gradients.

    That is every model when it is first called, and what the first gradient is of: a loop may make
    its model itself. No tensor is shuffled twice, or else what was learned here would be lost.

    Args:
        seed: of the orders; the generators that a submission may use are left alone.
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._done: dict[int, Tensor] = {}
        self._went_backward = False

    def shuffle_weights(self, weights: Iterable[Any]) -> None:
        """Before a run begins: a list of weights that it is given."""
        self._shuffle(weight for weight in weights if isinstance(weight, Tensor))

    def shuffle_model(self, model: nn.Module) -> None:
        """Before a model is called: its parameters, and buffers that could hold a network."""
        large = (buffer for buffer in model.buffers() if buffer.numel() >= SMALL)
        self._shuffle(chain(model.parameters(), large))

    def note_backward(self, losses: Sequence[Tensor]) -> None:
        """Before a gradient is computed: of a function of weights, they are only seen now."""
        if not self._went_backward:
            self._went_backward = True
            self._shuffle(leaves(losses))

    def _shuffle(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            # A lazy one is drawn by this very call.
            if id(tensor) in self._done or nn.parameter.is_lazy(tensor):
                continue
            self._done[id(tensor)] = tensor
            order = torch.randperm(tensor.numel(), generator=self._generator, device="cpu")
            # Past autograd's count of versions: a first gradient may have been begun.
            values = tensor.data
            with suppress(RuntimeError):  # it belongs to inference mode and cannot be trained
                values.copy_(values.flatten()[order].view_as(values))
