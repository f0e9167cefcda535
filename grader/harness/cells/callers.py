"""Where a call comes from: the student's functions that wait for it, and the loops they are in."""

from __future__ import annotations

import ast
import inspect
import sys
from collections import ChainMap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType, FrameType
from typing import Any

from grader.harness.cells.failures import Sources
from grader.harness.cells.statements import parse_again, source_of
from grader.protocol.parts import Location

_LOOPS = ast.For | ast.AsyncFor | ast.While
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def callers(sources: Sources) -> Iterator[Caller]:
    """Those of the student's own, from the innermost to the statement that is being run."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = sources.own_name(frame.f_code.co_filename)
        if name is not None:
            yield Caller(frame, name)
        frame = frame.f_back


def waiting_in(statement: CodeType | None, sources: Sources) -> list[Caller]:
    """Who waits for a call, from the innermost to a statement.

    Nobody where it is not that statement that began it all, or where running that once more would
    not come here again: a module that is imported runs once.
    """
    waiting: list[Caller] = []
    for caller in callers(sources):
        waiting.append(caller)
        if caller.is_module:
            return waiting if caller.code is statement else []
    return []


def held_by_waiting() -> Iterator[Any]:
    """What the names of all functions that wait mean, and what these objects hold themselves.

    From the innermost function to the statement; libraries train, too.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield from _named_and_held(frame.f_locals)
        frame = frame.f_back


def _named_and_held(names: Mapping[str, Any]) -> Iterator[Any]:
    """What names mean, then what these objects hold themselves."""
    values = list(names.values())
    yield from values
    for value in values:
        with suppress(Exception):  # whatever looks like an object
            yield from list(object.__getattribute__(value, "__dict__").values())


class Caller:
    """A function, or a statement of a cell or module, that waits for a call to return.

    Attributes:
        code: what it runs.
        where: the line that it is in.
        scope: its names and what they mean now.
    """

    def __init__(self, frame: FrameType, file: str) -> None:
        self.code = frame.f_code
        self.where = Location(file=file, line=frame.f_lineno)
        self.scope = ChainMap(frame.f_locals, frame.f_globals)
        self._line = frame.f_lineno

    @property
    def is_module(self) -> bool:
        """Whether it is no function."""
        return self.code.co_name == "<module>"

    def called_in_loop(self) -> list[Any]:
        """What is called in the loop that it is in, if it is in one."""
        return [self._meaning(call) for call in self._outline.calls if self._loops(call)]

    def bound_in_loop(self) -> list[Any]:
        """What is assigned in that loop, but for the result of the call that it waits for.

        Nor is another name for something (`best = model`) anything else than that.
        """
        return [
            self._meaning(name)
            for name in self._outline.binds
            if self._loops(name) and name.result_of != self._line
        ]

    def is_in_loop(self) -> bool:
        """Whether it is in a loop."""
        return self._loop is not None

    def holds(self) -> set[int]:
        """The identities of what its own names mean, and of what these objects hold themselves."""
        return set(map(id, _named_and_held(self.scope.maps[0])))

    def called_below(self) -> list[tuple[str, Any]]:
        """The names of what is called after that loop, or after its line, and what they mean."""
        last = self._loop[1] if self._loop else self._line
        end = max((line for *_, line in self.code.co_lines() if line is not None), default=last)
        below = [call for call in self._outline.calls if last < call.line <= end]
        return [(call.path[-1], self._meaning(call)) for call in below]

    def takes_in_turn(self) -> bool:
        """Whether what it calls in its line is given something by an index or key that varies."""
        return any(first <= self._line <= last for first, last in self._outline.in_turn)

    def is_in_comprehension(self) -> bool:
        """Whether a comprehension stands in its line."""
        return any(first <= self._line <= last for first, last in self._outline.comprehensions)

    @cached_property
    def _outline(self) -> _Outline:
        file = self.code.co_filename
        return _outline(file, source_of(file))

    @cached_property
    def _loop(self) -> tuple[int, int] | None:
        """The first and last line of the outermost loop around its line."""
        around = [
            (first, last)
            for first, last in self._outline.loops
            if self.code.co_firstlineno <= first <= self._line <= last
        ]
        return min(around, default=None)

    def _meaning(self, name: _Name) -> Any:
        """What a name means now; None where it means nothing yet."""
        first, *attributes = name.path
        value = self.scope.get(first)
        for each in attributes:
            value = inspect.getattr_static(value, each, None)  # nothing of the student's is run
        return value

    def _loops(self, name: _Name) -> bool:
        return self._loop is not None and self._loop[0] <= name.line <= self._loop[1]


@dataclass(frozen=True)
class _Name:
    """A name, dotted or not, its line, and that of the expression whose result it is bound to."""

    path: tuple[str, ...]
    line: int
    result_of: int | None = None


@dataclass(frozen=True)
class _Outline:
    """Of a file: its loops, its comprehensions and its calls with `items[i]` among their arguments,
    by their lines; the names it calls and assigns.
    """

    loops: tuple[tuple[int, int], ...]
    comprehensions: tuple[tuple[int, int], ...]
    in_turn: tuple[tuple[int, int], ...]
    calls: tuple[_Name, ...]
    binds: tuple[_Name, ...]


@lru_cache(maxsize=4)
def _outline(file: str, source: str) -> _Outline:
    nodes = list(ast.walk(parse_again(file, source)))
    results = {
        id(each): node.value.lineno
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        for each in ast.walk(target)
    }
    renamed = {
        id(target)
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and _is_still(node.value, target.id)
    }
    return _Outline(
        loops=tuple(_lines(node) for node in nodes if isinstance(node, _LOOPS)),
        comprehensions=tuple(_lines(node) for node in nodes if isinstance(node, _COMPREHENSIONS)),
        in_turn=tuple(
            _lines(node)
            for node in nodes
            if isinstance(node, ast.Call) and any(map(_varies, node.args))
        ),
        calls=tuple(
            _Name(path, node.lineno)
            for node in nodes
            if isinstance(node, ast.Call) and (path := _path(node.func))
        ),
        binds=tuple(
            _Name((node.id,), node.lineno, results.get(id(node)))
            for node in nodes
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and id(node) not in renamed
        ),
    )


def _is_still(value: ast.expr, name: str) -> bool:
    """Whether a value is what some name means, or the same moved, as in `net = net.cuda()`."""
    if isinstance(value, ast.Name):
        return True
    while isinstance(value, ast.Call | ast.Attribute):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id == name


def _varies(argument: ast.expr) -> bool:
    """Whether it is an item, and not always the same one."""
    return isinstance(argument, ast.Subscript) and not isinstance(argument.slice, ast.Constant)


def _path(node: ast.expr) -> tuple[str, ...]:
    """The parts of a dotted name; none of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _lines(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno
