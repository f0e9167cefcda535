"""What a training does in each of its steps that spoils it: told where it misses its threshold."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from grader.protocol.messages import Habit

MOST = 0.9
"""A share of the steps; what is done now and then is done on purpose."""
FEWEST = 3
_SUM = 2
"""How autograd notes that a loss was summed; 1 is the mean."""


class Habits:
    """Counts gradients that were computed and steps that were made, and how."""

    def __init__(self) -> None:
        self._backward = self._summed = self._after_steps = self._kept = 0
        self._stepped: torch.optim.Optimizer | None = None

    def note_backward(self, losses: Sequence[Tensor]) -> None:
        """Gradients are about to be computed of these."""
        self._backward += 1
        self._summed += any(_reduction(loss) == _SUM for loss in losses)
        if self._stepped is not None:
            self._after_steps += 1
            self._kept += _holds_gradients(self._stepped)
            self._stepped = None

    def note_stepped(self, optimizer: torch.optim.Optimizer | None) -> None:
        """An optimizer has stepped."""
        self._stepped = optimizer

    def describe(self) -> tuple[Habit, ...]:
        """Those that it has; the one that weighs most first."""
        found: list[Habit] = []
        if self._kept >= max(FEWEST, MOST * self._after_steps):
            found.append("gradients_kept")
        if self._summed >= max(FEWEST, MOST * self._backward):
            found.append("loss_summed")
        return tuple(found)


def _reduction(loss: Tensor) -> int | None:
    return getattr(loss.grad_fn, "_saved_reduction", None)


def _holds_gradients(optimizer: torch.optim.Optimizer) -> bool:
    """Whether a gradient of before is still there; the smallest tells for all."""
    weights = (weight for group in optimizer.param_groups for weight in group["params"])
    gradients = (weight.grad for weight in weights if weight.grad is not None)
    smallest = min(gradients, key=Tensor.numel, default=None)
    return smallest is not None and bool(smallest.any())
