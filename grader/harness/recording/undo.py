"""What a rehearsed statement may change before it is stopped, put back afterwards.

A loop is stopped at its first optimizer step, but one that updates its weights by hand shows itself
only by its second batch, and BatchNorm has counted a batch by then.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

BACKWARD_PASSES = 4
"""Backward passes of a statement whose weights are kept; loops with several losses are short."""


class Undo:
    """Keeps weights, buffers and optimizer states from before a statement changed them.

    Nothing is copied until a model is called, and then its buffers alone; weights are copied at
    the first backward pass, which comes before any update.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the last statement."""
        self._buffers: dict[int, tuple[Tensor, Tensor]] = {}
        self._leaves: dict[int, tuple[Tensor, Tensor, Tensor | None]] = {}
        self._lists: dict[int, tuple[list[Any], list[Any]]] = {}
        self._optimizers: dict[int, tuple[torch.optim.Optimizer, dict[Any, Any]]] = {}
        self._passes = 0

    def keep_buffers(self, module: nn.Module) -> None:
        """Before a module is called for the first time."""
        for buffer in module.buffers():
            if nn.parameter.is_lazy(buffer):  # it gets its shape by this very call
                continue
            self._buffers.setdefault(id(buffer), (buffer, buffer.detach().clone()))

    def keep_weights(self, outputs: Sequence[Tensor], bound: dict[str, Any]) -> None:
        """Before a gradient of `outputs` is computed: every leaf that they depend on.

        Lists of `bound` are kept too: an update may put new tensors into a list of weights.
        """
        self._passes += 1
        if self._passes > BACKWARD_PASSES:
            return
        for leaf in leaves(outputs):
            if id(leaf) not in self._leaves:
                gradient = None if leaf.grad is None else leaf.grad.detach().clone()
                self._leaves[id(leaf)] = leaf, leaf.detach().clone(), gradient
        for value in bound.values():
            if isinstance(value, list) and any(isinstance(item, Tensor) for item in value):
                self._lists.setdefault(id(value), (value, list(value)))

    def keep_optimizer(self, optimizer: torch.optim.Optimizer) -> None:
        """Before an optimizer steps for the first time."""
        if id(optimizer) not in self._optimizers:
            # The keys are the parameters themselves, and stay so.
            state = {key: copy.deepcopy(value) for key, value in optimizer.state.items()}
            self._optimizers[id(optimizer)] = optimizer, state

    def restore(self) -> None:
        """Put everything back."""
        for buffer, kept in self._buffers.values():
            _put_back(buffer, kept)
        for leaf, kept, gradient in self._leaves.values():
            _put_back(leaf, kept)
            leaf.grad = gradient
        for items, kept_items in self._lists.values():
            items[:] = kept_items
        for optimizer, state in self._optimizers.values():
            optimizer.state.clear()
            optimizer.state.update(state)
        self.begin()


def _put_back(tensor: Tensor, kept: Tensor) -> None:
    # A tensor that was given another shape, or belongs to inference mode, is not one that trains.
    with torch.no_grad(), contextlib.suppress(RuntimeError):
        tensor.copy_(kept)


def leaves(outputs: Sequence[Tensor]) -> list[Tensor]:
    """The tensors that ask for gradients and of which `outputs` were computed."""
    found: list[Tensor] = []
    seen: set[Any] = set()
    stack: list[Any] = [output.grad_fn for output in outputs]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        variable = getattr(node, "variable", None)
        if isinstance(variable, Tensor) and variable.is_leaf:
            found.append(variable)
        stack.extend(following for following, _ in node.next_functions)
    return found
