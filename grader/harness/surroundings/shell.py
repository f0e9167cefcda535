"""What a notebook finds of IPython: magics and shell lines do nothing but are remembered.

Two of them are work and not surroundings: `%%writefile` makes a module, and `%run` runs one.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import IPython
import IPython.core.getipython
import IPython.display

from grader.harness.cells.own_modules import OnStatement, run_statements
from grader.protocol.parts import Location

MAX_SKIPPED = 100


class Shell:
    """`get_ipython()`: runs no shell line, and of the magics `%%writefile` and `%run` alone.

    Args:
        calling_place: tells the student's line that is being run.
        namespace: the submission's.
        on_statement: told the namespace after each statement of a script that is run.
    """

    def __init__(
        self,
        calling_place: Callable[[], Location],
        namespace: dict[str, Any],
        on_statement: OnStatement,
    ) -> None:
        self._calling_place = calling_place
        self._namespace = namespace
        self._on_statement = on_statement
        self.skipped: list[tuple[Location, str]] = []

    def install(self) -> None:
        """Let notebooks, and the modules that they import, find it where IPython puts it."""
        found: dict[str, Any] = {"get_ipython": lambda: self, "display": _ANYTHING}
        vars(builtins).update(found)
        for module in (IPython, IPython.core.getipython, IPython.display):
            vars(module).update({k: v for k, v in found.items() if hasattr(module, k)})

    def run_line_magic(self, name: str, line: str = "", *_: object, **__: object) -> None:
        """`%name line`."""
        script = _script(line) if name == "run" else None
        if script is None:
            self._skip(f"%{name} {line}")
        else:
            run_statements(str(script), self._namespace, self._on_statement)

    def run_cell_magic(self, name: str, line: str = "", cell: str = "") -> None:
        """`%%name line`, with the rest of the cell."""
        if name not in ("writefile", "file"):
            self._skip(f"%%{name} {line}")
            return
        mode = "a" if line.split()[:1] in (["-a"], ["--append"]) else "w"
        with Path(_file(line)).open(mode, encoding="utf-8") as file:
            file.write(cell)

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


def _script(line: str) -> Path | None:
    """The script that `%run` names, which may be without its suffix; None where there is none."""
    named = _file(line)
    script = Path(named if named.endswith(".py") else f"{named}.py")
    return script.resolve() if named and script.is_file() else None


def _file(line: str) -> str:
    """The file that a magic names, after its options."""
    words = [word for word in line.split() if not word.startswith("-")]
    return words[0].strip("'\"") if words else ""


class _Anything:
    """Whatever is asked of it, it is there and does nothing: `get_ipython().events.register(f)`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> None:
        return None


_ANYTHING = _Anything()
