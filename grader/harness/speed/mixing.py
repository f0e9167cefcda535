"""Mixed precision: a training's forward passes in bfloat16, where that is asked for.

On a processor that multiplies bfloat16 a wide network of the challenge takes half the time. What
is rounded so is only what a network computes between its images and its scores; weights, gradients
of weights, the loss and the optimizer's steps keep their precision, and code around the network
sees nothing of it. Whatever is computed without gradients, every measurement among it, is as ever.

Images are laid out channels-last, too, which is quickest. Code within a network that minds either
of it raises, and is trained again as it is.
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

from grader.harness.speed.layout import ViewsOfAny, channels_last


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

    def _enter(self, module: nn.Module, arguments: Any) -> Any:
        if not self._wanted or self._outermost is not None or not torch.is_grad_enabled():
            return None
        self._outermost = module
        self._inside.enter_context(torch.autocast("cpu", torch.bfloat16))
        self._inside.enter_context(ViewsOfAny())
        return channels_last(arguments)

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
