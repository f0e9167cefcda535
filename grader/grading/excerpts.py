"""The lines of a student's work that a place names, bounded, as a result keeps them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from grader.intake.documents.parsing import parse
from grader.protocol.parts import Cell
from grader.results import SourceLine

MAX_LINES = 24
"""Of one excerpt: what the homework asks for takes a dozen."""
MAX_WIDTH = 200
AROUND = 3
"""Lines before and after the one that is named, where it begins no definition."""

_LINE_BREAK = re.compile(r"\r\n?|\n")  # what Python's parser counts; splitlines() knows more

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def excerpt(cells: Sequence[Cell], where: str | None) -> tuple[SourceLine, ...]:
    """What stands at a place; nothing where it names no line of these cells.

    Where a definition begins, its code is what the place speaks of: without docstrings, comments
    and blank lines, of which the homework's own have more than code.

    Args:
        cells: the submission's.
        where: a place as results name it: `HW05.ipynb, cell 15, line 4`.
    """
    file, _, line = (where or "").rpartition(", line ")
    cell = next((cell for cell in cells if cell.file == file), None)
    if cell is None or not line.isdecimal():
        return ()
    lines = _LINE_BREAK.split(cell.source.rstrip())
    at = int(line) - cell.first_line + 1
    if not 1 <= at <= len(lines):
        return ()
    numbers = _code_of_definition(cell.source, lines, at) or _around(at, len(lines))
    return tuple(
        SourceLine(
            number=number + cell.first_line - 1,
            text=lines[number - 1][:MAX_WIDTH],
            marked=number == at,
        )
        for number in numbers[:MAX_LINES]
    )


def _around(at: int, last: int) -> list[int]:
    return list(range(max(at - AROUND, 1), min(at + AROUND, last) + 1))


def _code_of_definition(source: str, lines: Sequence[str], at: int) -> list[int]:
    """The lines of the definition that begins there; none where none does."""
    tree = parse(source)
    node = next((node for node in tree.body if _begins(node, at)), None) if tree else None
    if node is None:
        return []
    prose = {number for each in _docstrings(node) for number in each}
    return [
        number
        for number in range(at, (node.end_lineno or at) + 1)
        if number not in prose
        and lines[number - 1].strip(" \t#")
        and not lines[number - 1].lstrip().startswith("#")
    ]


def _begins(node: ast.stmt, at: int) -> bool:
    return isinstance(node, _Definition) and node.lineno == at


def _docstrings(node: ast.stmt) -> Iterator[range]:
    """The lines of the docstrings of a definition and of what a class defines."""
    if not isinstance(node, _Definition):
        return
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None and first.lineno > node.lineno:
        yield range(first.lineno, (first.end_lineno or first.lineno) + 1)
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            yield from _docstrings(inner)
