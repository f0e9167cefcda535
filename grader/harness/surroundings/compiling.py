"""`torch.compile` as a worker has it: what is to be compiled stays as it is.

A compiler is a process of its own, which no worker may start, and it takes longer than the
homework's networks need to train. What a compiled model computes is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def compile_nothing() -> None:
    """Put the stand-ins in place, for good."""
    torch.compile = _as_it_is
    # A method takes the place of a method; mypy allows no assignment to one.
    nn.Module.compile = lambda self, *_, **__: None  # type: ignore[method-assign]  # for good


def _as_it_is(model: Callable[..., Any] | None = None, **_: Any) -> Any:
    """`torch.compile`, a function of a model and a decorator with or without settings."""
    if isinstance(model, nn.Module):
        model.__dict__["_orig_mod"] = model  # the one within a compiled one; no part of it
    return model if model is not None else _as_it_is
