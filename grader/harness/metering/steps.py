"""Which optimizers step in a run, and with which settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from grader.harness.metering.watching import parameters_of
from grader.harness.models import VARIES, describe_optimizer, optimizer_settings
from grader.protocol.parts import MAX_OPTIMIZERS, Optimizer

_SCHEDULED = "lr"
"""What schedulers change; it is told as it was at the first step."""


class Steps:
    """Notes every step; settings other than the learning rate that change in between vary."""

    def __init__(self) -> None:
        self._settings: dict[torch.optim.Optimizer, dict[str, Any]] = {}

    def note(self, optimizer: torch.optim.Optimizer) -> None:
        """An optimizer is about to step."""
        now = optimizer_settings(optimizer)
        before = self._settings.setdefault(optimizer, now)
        for name, value in now.items():
            if name != _SCHEDULED and before.get(name, value) != value:
                before[name] = VARIES

    def describe(self, holder: nn.Module | Sequence[Any] | None) -> tuple[Optimizer, ...]:
        """The optimizers that changed the model or list of weights that was trained."""
        model = holder if isinstance(holder, nn.Module) else None
        weights = holder.parameters() if isinstance(holder, nn.Module) else holder or ()
        own = set(map(id, weights))
        found = [
            describe_optimizer(optimizer, model).model_copy(update={"settings": settings})
            for optimizer, settings in self._settings.items()
            if parameters_of(optimizer) & own
        ]
        return tuple(found[:MAX_OPTIMIZERS])
