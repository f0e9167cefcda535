"""A right function in place of a submission's own, so that a mistake in it costs once."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from torch import Tensor


def _flatten(x: Tensor) -> Tensor:
    return x.flatten(1)


_RIGHT = {"flatten": _flatten}


def mend(name: str, value: Any) -> None:
    """Have a function of the homework's do what it should, wherever it is known already.

    Its code is exchanged, not the name's value: other modules, classes and functions may hold it.
    What is no plain function stays as it is.
    """
    right = _RIGHT.get(name)
    if right is None or not isinstance(value, FunctionType) or value.__code__.co_freevars:
        return
    code = value.__code__
    if code.co_argcount != 1:
        return
    argument = code.co_varnames[0]  # it may be called by keyword
    value.__code__ = right.__code__.replace(co_varnames=(argument,), co_filename=code.co_filename)
