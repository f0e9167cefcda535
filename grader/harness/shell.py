"""What a notebook finds of IPython: magics and shell lines do nothing but are remembered."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import IPython
import IPython.core.getipython
import IPython.display

from grader.protocol.messages import Location

MAX_SKIPPED = 100


class Shell:
    """`get_ipython()`: runs no magic and no shell line.

    Args:
        calling_place: tells the student's line that is being run.
    """

    def __init__(self, calling_place: Callable[[], Location]) -> None:
        self._calling_place = calling_place
        self.skipped: list[tuple[Location, str]] = []

    def install(self) -> None:
        """Let notebooks, and the modules that they import, find it where IPython puts it."""
        found: dict[str, Any] = {"get_ipython": lambda: self, "display": _ANYTHING}
        vars(builtins).update(found)
        for module in (IPython, IPython.core.getipython, IPython.display):
            vars(module).update({k: v for k, v in found.items() if hasattr(module, k)})

    def run_line_magic(self, name: str, line: str = "", *_: object, **__: object) -> None:
        """`%name line`."""
        self._skip(f"%{name} {line}")

    def run_cell_magic(self, name: str, line: str = "", *_: object, **__: object) -> None:
        """`%%name line`, with the rest of the cell."""
        self._skip(f"%%{name} {line}")

    def magic(self, line: str) -> None:
        """`%line`, as older code writes it."""
        self._skip(f"%{line}")

    def system(self, line: str) -> None:
        """`!line`."""
        self._skip(f"!{line}")

    def getoutput(self, line: str, *_: object, **__: object) -> list[str]:
        """`lines = !line`."""
        self._skip(f"!{line}")
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(_ANYTHING, name)

    def _skip(self, line: str) -> None:
        if len(self.skipped) < MAX_SKIPPED:
            self.skipped.append((self._calling_place(), line.strip()))


class _Anything:
    """Whatever is asked of it, it is there and does nothing: `get_ipython().events.register(f)`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> None:
        return None


_ANYTHING = _Anything()
