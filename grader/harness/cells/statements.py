"""Cells and their top-level statements: parsed once, run in order in one namespace."""

from __future__ import annotations
import __future__

import ast
import contextlib
import itertools
import linecache
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType

from grader.harness.cells.magics import to_python
from grader.protocol.parts import Cell, Location

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")
_TELLING = frozenset({"print", "display", "str", "int", "float"})
_OF_DEVICES = ("is_available", "device_count")
_ALONE = "try: pass\nexcept Exception: pass"


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
        uses: the names that it looks up itself.
        through: the name through which it calls or sets something: `plt` of
            `plt.style.use("seaborn")` and of `plt.rcParams["figure.dpi"] = 90`, and `os` of
            `user = os.getlogin()` and of `print("by", os.getlogin())`.
        ends_cell: whether the rest of its cell is left out when it raises, as in a notebook. Not so
            where a module, a version of a library or a GPU is not here: that is no reason to leave
            out what comes next.
    """

    number: int
    cell: int
    where: Location
    code: CodeType
    defines: Mapping[str, Location]
    binds: frozenset[str]
    uses: frozenset[str]
    through: str | None
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


def source_of(file: str) -> str:
    """The source of a cell or a module that was compiled, by the name that its code has."""
    return "".join(linecache.getlines(file))


def parse_again(file: str, source: str) -> ast.Module:
    """The tree of such a source; an empty one where it cannot be parsed from as deep as now."""
    try:
        return _parse(Cell(file=file, source=source))
    except SyntaxError:
        return ast.Module([], type_ignores=[])


def lenient_code(statement: Statement) -> CodeType | None:
    """A statement in which each of those inside may fail alone, as those of a script may.

    What stands in a `try` or a `while` does not: it may be there to fail, or be waited for.

    Returns:
        None where there are none inside.
    """
    file, line = statement.where.file, statement.where.line
    for node in parse_again(file, source_of(file)).body:
        if node.lineno == line and _let_fail_alone(node):
            flags = statement.code.co_flags & __future__.annotations.compiler_flag
            with contextlib.suppress(SyntaxError):  # too many blocks within one another
                return _compile_node(node, file, flags)
    return None


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
        statements.append(
            Statement(
                number=number,
                cell=position,
                where=Location(file=cell.file, line=node.lineno),
                code=_compile_node(node, cell.file, flags),
                defines={
                    definition.name: Location(file=cell.file, line=definition.lineno)
                    for definition in _parts(node)
                    if isinstance(definition, _Definition)
                },
                binds=frozenset(_bound(node)),
                uses=frozenset(_used(node)),
                through=_through(node),
                ends_cell=cell.stop_at_error and not _asks_for_a_machine(node),
            )
        )
    return statements, flags


def _let_fail_alone(statement: ast.stmt) -> bool:
    """Put a `try` around each statement inside one; whether there are any."""
    waiting: list[ast.AST] = [statement]
    found = False
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Definition | ast.Try | ast.While):
            continue
        for inner in (getattr(node, block, []) for block in _BLOCKS):
            waiting += inner
            for at, each in enumerate(inner):
                (alone,) = ast.parse(_ALONE).body
                if isinstance(alone, ast.Try) and isinstance(each, ast.stmt):
                    alone.body = [each]
                    inner[at], found = alone, True
    return found


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def _used(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


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


def _through(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript() as target]):
            return _root(target)
        case ast.Expr(value=value) | ast.Assign(value=value):
            shown = (_root(each) for each in _told(value))
            return next((name for name in shown if name is not None), None)
    return None


def _told(value: ast.expr) -> Sequence[ast.expr]:
    """What is printed or made text or a number of, the parts of an f-string too; else the value."""
    match value:
        case ast.Call(func=ast.Name(id=name), args=given) if name in _TELLING:
            pass
        case _:
            return [value]
    parts = (each.values if isinstance(each, ast.JoinedStr) else [each] for each in given)
    flat = itertools.chain.from_iterable(parts)
    return [each.value if isinstance(each, ast.FormattedValue) else each for each in flat]


def _root(node: ast.expr) -> str | None:
    """The name that calls, attributes and items lead back to, if there are any."""
    if isinstance(node, ast.Name):
        return None
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _asks_for_a_machine(statement: ast.stmt) -> bool:
    """Whether a statement only asks for what a machine may lack: a module, a version, a GPU."""
    if isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Raise):
        asked = (node for node in ast.walk(statement.test) if isinstance(node, ast.Attribute))
        return any(node.attr in _OF_DEVICES for node in asked)
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


def _compile_node(node: ast.stmt, file: str, flags: int) -> CodeType:
    module = ast.Module([node], type_ignores=[])
    try:
        code: CodeType = compile(module, file, "exec", flags=flags, dont_inherit=True)
        return code
    except (RecursionError, MemoryError, ValueError) as error:
        raise SyntaxError(
            f"it cannot be compiled: {error}", (file, node.lineno, None, None)
        ) from None
