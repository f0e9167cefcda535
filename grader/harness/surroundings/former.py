"""What libraries had when the homework was written, for work that still asks for it.

numpy 2 dropped many names, and PyTorch the schedulers' `verbose`. The work is none the worse.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch.optim.lr_scheduler as schedulers

_NUMPY: dict[str, Any] = {
    "Inf": np.inf, "Infinity": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf,
    "NaN": np.nan, "NAN": np.nan, "float": float, "int": int, "bool": bool, "object": object,
    "str": str, "complex": complex, "float_": np.float64, "complex_": np.complex128,
    "product": np.prod, "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any,
    "round_": np.round, "asfarray": functools.partial(np.asarray, dtype=np.float64),
}  # fmt: skip


def keep_former() -> None:
    """Put it back, for good, where this version has it no more."""
    for name, value in _NUMPY.items():
        vars(np).setdefault(name, value)
    for kind in vars(schedulers).values():
        if isinstance(kind, type) and issubclass(kind, schedulers.LRScheduler):
            begin = _taking_verbose(kind.__init__)
            kind.__init__ = begin  # type: ignore[method-assign]  # a method for a method


def _taking_verbose(begin: Callable[..., None]) -> Callable[..., None]:
    """A scheduler's `__init__` that is told whether to print, by name or last of all."""
    taken = inspect.signature(begin).parameters
    if "verbose" in taken:
        return begin

    @functools.wraps(begin)
    def begin_quietly(*args: Any, **settings: Any) -> None:
        settings.pop("verbose", None)
        told = len(args) == len(taken) + 1 and isinstance(args[-1], bool)
        begin(*(args[:-1] if told else args), **settings)

    return begin_quietly
