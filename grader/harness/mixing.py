"""Mixed precision: a training's forward passes in bfloat16, where that is asked for.

On a processor that multiplies bfloat16 the usual network of the challenge takes half the time. Only
what a network computes between its images and its scores is rounded so; weights, gradients of
weights, the loss and the optimizer's steps keep their precision, and code around the network sees
nothing of it. Whatever is computed without gradients, every measurement among it, is as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)


class MixedPrecision:
    """Rounds what networks compute on their way, while that is wanted."""

    def __init__(self) -> None:
        self._wanted = False
        self._outermost: nn.Module | None = None
        self._inside = ExitStack()

    def install(self) -> None:
        """Put the hooks in place, for good."""
        register_module_forward_pre_hook(self._enter)
        register_module_forward_hook(self._leave, always_call=True)

    @contextmanager
    def during_training(self, *, wanted: bool) -> Iterator[None]:
        """Until this ends, round what is computed with gradients, if that is wanted."""
        self._wanted = wanted
        try:
            yield
        finally:
            self._wanted = False

    def _enter(self, module: nn.Module, _arguments: Any) -> None:
        if self._wanted and self._outermost is None and torch.is_grad_enabled():
            self._outermost = module
            self._inside.enter_context(torch.autocast("cpu", torch.bfloat16))

    def _leave(self, module: nn.Module, _arguments: Any, result: Any) -> Any:
        if module is not self._outermost:
            return None
        self._outermost = None
        self._inside.close()
        return _in_full(result)


def _in_full(result: Any) -> Any:
    """Scores as whoever called the network expects them: of the usual precision."""
    if isinstance(result, Tensor):
        return result.float() if result.dtype == torch.bfloat16 else result
    if type(result) in (tuple, list):
        return type(result)(map(_in_full, result))
    return result
