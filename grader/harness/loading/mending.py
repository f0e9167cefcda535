"""A right function in place of a submission's own, so that a mistake in it costs once."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from torch import Tensor


def _flatten(x: Tensor, *_rest: object, **_more: object) -> Tensor:
    return x.flatten(1)


_RIGHT = {"flatten": _flatten}


def mend(name: str, value: Any) -> bool:
    """Have a function of the homework's do what it should, wherever it is known already.

    Its code is exchanged, not the name's value: other modules, classes and functions may hold it.
    What is no plain function, or holds variables of another one, stays as it is.

    Returns:
        Whether it was exchanged.
    """
    right = _RIGHT.get(name)
    if right is None or not isinstance(value, FunctionType):
        return False
    code, wanted = value.__code__, right.__code__
    if code.co_freevars or not code.co_argcount:
        return False
    # Its argument may be given by keyword, under the name that the student chose.
    names = (code.co_varnames[0], *wanted.co_varnames[1:])
    value.__code__ = wanted.replace(co_varnames=names, co_filename=code.co_filename)
    return True
