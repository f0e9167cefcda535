"""Cells and their top-level statements: parsed once, run in order in one namespace."""

from __future__ import annotations
import __future__

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType

from grader.protocol.messages import Cell, Location

_QUESTION = re.compile(
    r"^\s*#+\W*"
    r"(?:(?:todo|answer|solution|to|for|part\s+(?:[ivx]+|\d))\b\W*)*"
    r"(?:question|(?-i:Q))\s*#?\s*(\d+)\b"
    r"(?!\s*[=\[])",  # code that was commented out
    re.IGNORECASE,
)
_LINE_END = re.compile(r"\r\n|\r|\n")  # the parser's; str.splitlines knows further ones


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell, compiled."""

    number: int
    cell: int
    where: Location
    code: CodeType


class Program:
    """The parsed cells of a submission.

    Raises:
        SyntaxError: the message and line of the first cell that is no Python; also for source
            nested too deeply to be parsed.
    """

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        self._definitions: dict[str, Location] = {}
        self._questions: dict[str, list[tuple[int, int]]] = {}
        self.statements = tuple(self._compile())

    def definition(self, name: str) -> Location | None:
        """Where the function or class of that name was last defined."""
        return self._definitions.get(name)

    def question_above(self, where: Location) -> int | None:
        """N of the nearest `# Question N` comment above a line."""
        marks = self._questions.get(where.file, [])
        above = [number for line, number in marks if where.line is None or line <= where.line]
        return above[-1] if above else None

    def _compile(self) -> Iterator[Statement]:
        number = 0
        for position, cell in enumerate(self.cells):
            self._note_questions(cell)
            flags = 0
            for node in self._parse(cell).body:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    for alias in node.names:
                        feature = getattr(__future__, alias.name, None)
                        flags |= feature.compiler_flag if feature is not None else 0
                yield Statement(
                    number=number,
                    cell=position,
                    where=Location(file=cell.file, line=node.lineno),
                    code=self._compile_node(node, cell, flags),
                )
                number += 1

    def _parse(self, cell: Cell) -> ast.Module:
        try:
            tree = ast.parse(cell.source, cell.file)
        except (RecursionError, MemoryError, ValueError) as error:
            raise SyntaxError(
                f"it cannot be parsed: {error}", (cell.file, None, None, None)
            ) from None
        ast.increment_lineno(tree, cell.first_line - 1)
        for node in _definitions(tree.body):
            self._definitions[node.name] = Location(file=cell.file, line=node.lineno)
        return tree

    def _compile_node(self, node: ast.stmt, cell: Cell, flags: int) -> CodeType:
        module = ast.Module([node], type_ignores=[])
        try:
            code: CodeType = compile(module, cell.file, "exec", flags=flags, dont_inherit=True)
            return code
        except (RecursionError, MemoryError, ValueError) as error:
            raise SyntaxError(
                f"it cannot be compiled: {error}", (cell.file, node.lineno, None, None)
            ) from None

    def _note_questions(self, cell: Cell) -> None:
        marks = self._questions.setdefault(cell.file, [])
        for line, text in enumerate(_LINE_END.split(cell.source), start=cell.first_line):
            match = _QUESTION.match(text)
            if match:
                marks.append((line, int(match.group(1))))


def _definitions(body: Iterable[ast.AST]) -> Iterator[_Definition]:
    """The definitions that bind a name of the module, in order: no methods, no inner functions."""
    for node in body:
        if isinstance(node, _Definition):
            yield node
            continue
        for block in ("body", "handlers", "cases", "orelse", "finalbody"):
            yield from _definitions(getattr(node, block, []))
