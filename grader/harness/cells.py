"""Cells and their top-level statements: parsed once, run in order in one namespace."""

from __future__ import annotations
import __future__

import ast
import linecache
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType

from grader.harness.magics import to_python
from grader.protocol.parts import Cell, Location

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell, compiled.

    Attributes:
        number: counts through all cells.
        cell: index of its cell.
        where: its first line.
        code: what is run.
        defines: the functions and classes of the module that it defines, and where.
        binds: the names that it assigns to or imports.
        through: the name through which it calls or sets something, where it binds none: `plt` of
            `plt.style.use("seaborn")` and of `plt.rcParams["figure.dpi"] = 90`.
        loops_over: the names that its loops call.
        rebinds: the names that its loops assign to.
        ends_cell: whether the rest of its cell is left out when it raises, as in a notebook. Not so
            where a module or a version of a library is not the one here: that is no reason to leave
            out what comes next.
    """

    number: int
    cell: int
    where: Location
    code: CodeType
    defines: Mapping[str, Location]
    binds: frozenset[str]
    through: str | None
    loops_over: frozenset[str]
    rebinds: frozenset[str]
    ends_cell: bool


class Program:
    """The parsed cells of a submission.

    Attributes:
        cells: as they came.
        statements: of every cell that is Python.
        broken: the cells of a notebook that are no Python, by index, and what is wrong with them.

    Raises:
        SyntaxError: the message and line of a script that is no Python; also for source nested too
            deeply to be parsed.
    """

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        self.broken: dict[int, SyntaxError] = {}
        statements: list[Statement] = []
        flags = 0
        for position, cell in enumerate(cells):
            keep_lines(cell)
            # In a notebook, what one cell imports from the future holds for those below, too.
            flags = flags if cell.stop_at_error else 0
            try:
                compiled, flags = _compile(cell, position, len(statements), flags)
                statements += compiled
            except SyntaxError as error:
                if not cell.stop_at_error:
                    raise
                self.broken[position] = error
        self.statements = tuple(statements)


_FREE_F_STRINGS = (3, 12)
"""From here on an f-string may hold its own quotes, as work from newer machines does (PEP 701)."""


def keep_lines(cell: Cell) -> None:
    """Have Python find the cell's source, as a notebook does: TorchScript compiles from it."""
    source = "\n" * (cell.first_line - 1) + cell.source
    linecache.cache[cell.file] = (len(source), None, source.splitlines(keepends=True), cell.file)


def _compile(
    cell: Cell, position: int, first_number: int, flags: int
) -> tuple[list[Statement], int]:
    """The statements, and the future imports that hold from here on."""
    statements: list[Statement] = []
    for number, node in enumerate(_parse(cell).body, start=first_number):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
        parts = list(_parts(node))
        loops = [part for part in parts if isinstance(part, ast.For | ast.While)]
        statements.append(
            Statement(
                number=number,
                cell=position,
                where=Location(file=cell.file, line=node.lineno),
                code=_compile_node(node, cell, flags),
                defines={
                    definition.name: Location(file=cell.file, line=definition.lineno)
                    for definition in parts
                    if isinstance(definition, _Definition)
                },
                binds=frozenset(_bound(node)),
                through=_through(node),
                loops_over=frozenset(name for loop in loops for name in _called(loop)),
                rebinds=frozenset(name for loop in loops for name in _bound(loop)),
                ends_cell=cell.stop_at_error and not _asks_for_a_version(node),
            )
        )
    return statements, flags


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def _parts(statement: ast.stmt) -> Iterator[ast.AST]:
    """A statement and those inside it that it runs itself, in order: not those of functions and
    classes, which calls run.

    No recursion: each `elif` stands inside the one before, and student code may have thousands.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Definition):
            blocks = (getattr(node, block, []) for block in _BLOCKS)
            waiting += reversed([inner for block in blocks for inner in block])


def _called(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def _through(statement: ast.stmt) -> str | None:
    node: ast.expr | None = None
    if isinstance(statement, ast.Expr):
        node = statement.value
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        node = statement.targets[0]
    if isinstance(node, ast.Name):
        return None
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _asks_for_a_version(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Assert)


def _parse(cell: Cell) -> ast.Module:
    try:
        tree = _parse_python(cell)
    except SyntaxError as error:
        python = to_python(cell.source)
        if python == cell.source:
            raise
        try:
            tree = _parse_python(cell.model_copy(update={"source": python}))
        except SyntaxError:
            raise error from None  # of what the student wrote, not of what was made of it
    ast.increment_lineno(tree, cell.first_line - 1)
    return tree


def _parse_python(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.source, cell.file)
    except SyntaxError as error:
        if error.msg.startswith("f-string") and sys.version_info < _FREE_F_STRINGS:
            version = platform.python_version()
            error.msg += f" (by Python {version}, which runs here; newer ones allow more in one)"
        raise
    except (RecursionError, MemoryError, ValueError) as error:
        raise SyntaxError(f"it cannot be parsed: {error}", (cell.file, None, None, None)) from None


def _compile_node(node: ast.stmt, cell: Cell, flags: int) -> CodeType:
    module = ast.Module([node], type_ignores=[])
    try:
        code: CodeType = compile(module, cell.file, "exec", flags=flags, dont_inherit=True)
        return code
    except (RecursionError, MemoryError, ValueError) as error:
        raise SyntaxError(
            f"it cannot be compiled: {error}", (cell.file, node.lineno, None, None)
        ) from None
