"""Sources as Python's own parser reads them, within bounds: intake parses what anybody wrote."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from grader.intake.limits import BRACE_LENGTH, MAX_PARSED, MAX_PARSED_IN_ALL
from grader.protocol.parts import Cell

_MAGIC = re.compile(r"^([ \t]*+)[%!][^\n]*+", re.MULTILINE)
"""Lines that are IPython's."""


class Parser:
    """Parses the sources of one submission until they have taken all that they may together."""

    def __init__(self) -> None:
        self._left = MAX_PARSED_IN_ALL

    def parsed(self, cells: Sequence[Cell]) -> Iterator[tuple[str, ast.Module | None]]:
        """Each cell's text with its tree; None where it is no Python, or too much of it."""
        size = sum(_size(cell.source) for cell in cells)
        is_within = size <= min(MAX_PARSED, self._left)
        self._left -= size if is_within else 0
        for cell in cells:
            yield cell.source, parse(cell.source) if is_within else None

    def tree(self, cell: Cell) -> ast.Module | None:
        """One cell's tree by itself, whatever else stands in its notebook."""
        ((_, tree),) = self.parsed([cell])
        return tree


def parse(text: str) -> ast.Module | None:
    """A cell's tree, magics and shell lines as `pass`.

    None where it is no Python, too deep or too much: a tree takes a thousand times the text's size
    in memory.
    """
    if _size(text) > MAX_PARSED:
        return None
    try:
        return _parse(text)
    except SyntaxError:
        without_magics = _MAGIC.sub(r"\1pass", text)
    except (ValueError, RecursionError, MemoryError):  # nested too deeply, or a NUL
        return None
    try:
        return _parse(without_magics)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _size(text: str) -> int:
    """Characters, as far as they tell how long it takes to parse a text."""
    return len(text) + (BRACE_LENGTH - 1) * text.count("{")


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escape sequences, which are the student's
        return ast.parse(text)
