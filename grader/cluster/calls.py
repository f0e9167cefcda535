"""A call on its way to a worker, past a scheduler that cannot import what is called."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

run_call = pickle.loads
"""The task: makes the call that `pack_call` packed, and returns what it returns. Dask's scheduler
unpickles what it is given to schedule. A function of ours it would have to import; this one it has,
and its argument is bytes to it."""


class _Call:
    """Pickled, it is a call; unpickled, it is what the call returned."""

    def __init__(self, function: Callable[..., str], arguments: tuple[object, ...]) -> None:
        self._reduced = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return self._reduced


def pack_call(function: Callable[..., str], *arguments: object) -> bytes:
    """A call of a module's function, as an argument for `run_call`."""
    return pickle.dumps(_Call(function, arguments))
