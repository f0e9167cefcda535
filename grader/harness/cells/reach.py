"""What a definition reaches by name: the globals of its code, and of the code that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

MOST = 500
"""Definitions that are looked into."""


def names_reached(
    definition: object, bindings: Mapping[str, Any], is_own: Callable[[str], bool]
) -> set[str]:
    """Names that its code looks up among globals or as attributes, all the way down.

    Args:
        definition: a function or class.
        bindings: what names mean.
        is_own: whether a file is the submission's; code of others is not looked into.
    """
    names: set[str] = set()
    waiting, seen = [definition], set[int]()
    while waiting and len(seen) < MOST:
        for code in _codes(waiting.pop()):
            if id(code) in seen or not is_own(code.co_filename):
                continue
            seen.add(id(code))
            new = set(code.co_names) - names
            names |= new
            waiting += [bindings[name] for name in new if name in bindings]
    return names


def _codes(definition: object) -> Iterator[CodeType]:
    """Of a function, or of all that a class defines; with what is defined within."""
    values = list(vars(definition).values()) if isinstance(definition, type) else [definition]
    for value in values:
        # Nothing is asked of other objects: a student's may raise anything.
        function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        if isinstance(function, FunctionType):
            written = function.__dict__.get("__wrapped__", function)
            if isinstance(written, FunctionType):
                yield from _nested(written.__code__)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
