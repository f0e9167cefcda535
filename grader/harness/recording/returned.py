"""What a training or check of the student's own returns while cells are loaded.

It is recorded and not carried out, so that nobody knows what it would have returned: an accuracy, a
loss and an accuracy, a list of losses, a history by name. The lines around it print that, compare
it and keep it, and must get through, else only the first setting of a search is recorded.
"""

from __future__ import annotations

import ast
import dis
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import FrameType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from torch import nn, optim

from grader.harness.cells.statements import parse_again, source_of

_UNPACK = dis.opmap["UNPACK_SEQUENCE"]
_ASSERTS = ("LOAD_ASSERTION_ERROR", "LOAD_COMMON_CONSTANT")
"""What follows the jump of an `assert` that holds; the latter from Python 3.14 on."""

_KEPT = (nn.Module, optim.Optimizer)
_OF_ARRAYS = ("shape", "ndim", "dtype", "to_numpy")


SMALL = 0.001
"""More than nothing, so that the first of several is better than none; less than any goal."""


class Returned(float):
    """A small number; all of its items, attributes and parts are that again.

    A number, since most that is done with it (comparing, formatting, adding, dividing by it) then
    does what it does with an accuracy, the same in every run.
    """

    def __new__(cls, value: float = SMALL) -> Self:  # a copy is made of its value
        return super().__new__(cls, value)

    def __getattr__(self, name: str) -> Self:
        # Questions of Python's (how is it copied?) and of libraries: it is no array or table.
        if name.startswith("__") or name in _OF_ARRAYS:
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> Self:
        return self

    def __getitem__(self, _: object) -> Self:
        return self

    def __setitem__(self, *_: object) -> None:
        return None

    # `assert accuracy > 0.45`: nobody knows yet that it is not. Elsewhere it is what it is.
    def __lt__(self, other: Any) -> bool:
        return float.__lt__(self, other) or _is_asserted(sys._getframe(1))

    def __le__(self, other: Any) -> bool:
        return float.__le__(self, other) or _is_asserted(sys._getframe(1))

    def __gt__(self, other: Any) -> bool:
        return float.__gt__(self, other) or _is_asserted(sys._getframe(1))

    def __ge__(self, other: Any) -> bool:
        return float.__ge__(self, other) or _is_asserted(sys._getframe(1))

    def __len__(self) -> int:
        return 1

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.full(1, SMALL, dtype)

    def __iter__(self) -> Iterator[Any]:
        return iter((self,) * _names_to_unpack_into(sys._getframe(1)))


def as_written(function: Any) -> Any:
    """A function below its decorators, `torch.no_grad()` say; anything else as it is."""
    try:
        return inspect.unwrap(function)
    except Exception:  # an object that has every attribute, or raises when it is asked for one
        return function


def returns_something(function: Callable[..., object]) -> bool:
    """Whether a function, as it is written, returns anything but None."""
    return bool(_returned_by(function))


def keeps_something(function: Callable[..., object]) -> bool:
    """Whether a function puts something into a list, as one that keeps a history does."""
    code = getattr(function, "__code__", None)
    return code is not None and bool({"append", "extend"}.intersection(code.co_names))


def handed_back(function: Callable[..., object]) -> HandedBack | None:
    """The arguments that a function returns wherever it returns something, if it does.

    `return model` and `return model, losses` stand at the end of many a training function.
    """
    definition = _definition(function)
    returned = [] if definition is None else list(_returned_in(definition))
    forms = {_form(each) for each in returned}
    if len(forms) != 1:
        return None
    (found,) = forms
    return found if any(found.names) else None


@dataclass(frozen=True)
class HandedBack:
    """What a function returns.

    Attributes:
        names: of the names that it returns; None for what is no name.
        together: whether they are returned as a tuple.
    """

    names: tuple[str | None, ...]
    together: bool

    def given(self, arguments: Mapping[str, Any]) -> Any:
        """What comes back where nothing is carried out: models and optimizers as they are."""
        values = [arguments.get(name or "") for name in self.names]
        kept = [each if isinstance(each, _KEPT) else Returned() for each in values]
        return tuple(kept) if self.together else kept[0]


def _form(returned: ast.expr) -> HandedBack:
    together = isinstance(returned, ast.Tuple)
    parts = returned.elts if isinstance(returned, ast.Tuple) else [returned]
    names = tuple(part.id if isinstance(part, ast.Name) else None for part in parts)
    return HandedBack(names, together)


def _definition(function: Callable[..., object]) -> ast.stmt | None:
    """Where a function is written; None for a lambda, or where that cannot be read."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    for node in ast.walk(parse_again(code.co_filename, source_of(code.co_filename))):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first == code.co_firstlineno:
                return node
    return None


def _returned_in(definition: ast.stmt) -> Iterator[ast.expr]:
    """What a function returns itself, but for None."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(definition))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Return) and not _is_none(node.value):
            assert node.value is not None
            yield node.value
        waiting += ast.iter_child_nodes(node)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _returned_by(function: Callable[..., object]) -> list[dis.Instruction]:
    """The instructions that put in place what a function returns, where that is not None."""
    code = getattr(function, "__code__", None)
    instructions = [] if code is None else list(dis.get_instructions(code))
    returned = [
        before for before, now in pairwise(instructions) if now.opname == "RETURN_VALUE"
    ] + [now for now in instructions if now.opname == "RETURN_CONST"]
    constants = ("LOAD_CONST", "RETURN_CONST")
    return [each for each in returned if each.opname not in constants or each.argval is not None]


def _is_asserted(frame: FrameType) -> bool:
    """Whether a comparison is all that an `assert` says."""
    following = [each for each in dis.get_instructions(frame.f_code) if each.offset > frame.f_lasti]
    names = [each.opname for each in following if each.opname not in ("TO_BOOL", "CACHE")][:2]
    return len(names) == 2 and names[0].startswith("POP_JUMP") and names[1] in _ASSERTS


def _names_to_unpack_into(frame: FrameType) -> int:
    """Two for `loss, accuracy = ...`, which takes no other number; 1 for all else that iterates."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at + 1] if code[at] == _UNPACK else 1
