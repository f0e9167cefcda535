"""Whether a submission trains by the homework's own functions and loader, as they were handed out.

Most notebooks hold them, untouched. Functions are known by a hash of their source as Python reads
it, without comments, names of the types, and what only prints or measures.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from grader.intake.documents.parsing import Parser
from grader.protocol.parts import Cell

_HANDED_OUT = {
    "train_part2": {
        "45cec02ba962656be213d72e8cc6330fe1068f1a4aaae39ab14acba19d8f0980",
        "dbba47196b7061b6891bc1b2d03428328d278992d0533d0f9c9d71b0fe54887c",
    },
    "train_part34": {
        "776f0b2bf53047f5563aeff747c07f3a59cedf11dc772bf3d60c92bbb0baa9f7",
        "1fd3cadd6eebeae726fda19a31ba5de26261ad2a0e555837519e43d9a1f93b6c",
    },
    "check_accuracy_part2": {
        "494dbd3272dab6cfe9a9b0ecb3579b6db4e7f58a320e90ffd18f37fa666b7017",
        "2f949f061ac9ff1ea406263ca0b2c9c7113db50174e94409c35ab7a49c858828",
    },
    "check_accuracy_part34": {
        "393605ce235a8e3d076ce74e086e5de775e4b60f776514dc7d9e1841588fb5e5",
        "75a29f16f55e33cb83e4de91f1901f0e9d088abdb93e93891124056d3c1c73be",
    },
}
"""sha256 of CS231n's, which 61 to 64 of 64 notebooks hold, and of those of the samples.

The functions that train call those that measure, so that these could end a training, too.
"""

_LOADER = "loader_train"
_MENTIONS = re.compile(r"(?:train|check_accuracy)_part(?:2|34)\b|\bloader_train\b|\*")


def trains_as_given(cells: Iterable[Cell], files: Sequence[str]) -> bool:
    """Whether whatever trains is the homework's own source, on the homework's own loader.

    Without a definition of its own, a submission has what is given. One that brings scripts along
    may bind any name in these.

    Args:
        cells: the submission's.
        files: the names of all of its files.
    """
    scripts = sum(name.endswith(".py") for name in files)
    cells = list(cells)
    is_script = any(cell.file.endswith(".py") for cell in cells)
    parser = Parser()
    return scripts <= is_script and all(_is_given(cell, parser) for cell in cells)


def _is_given(cell: Cell, parser: Parser) -> bool:
    if not _MENTIONS.search(cell.source):
        return True
    tree = parser.tree(cell)
    try:
        return tree is not None and all(_may_be(name, value) for name, value in _bindings(tree))
    # What can be parsed may be too deep to be written out again, or hold a number of more digits
    # than Python writes, or quotes in an f-string for which it finds no others.
    except (RecursionError, ValueError):
        return False


def _may_be(name: str, value: ast.AST | None) -> bool:
    """Whether what is bound to a name is what was handed out; None for what cannot be told."""
    if name == _LOADER:
        called = value.func if isinstance(value, ast.Call) else None
        named = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
        return named == "DataLoader"
    return isinstance(value, ast.FunctionDef) and fingerprint(value) in _HANDED_OUT[name]


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.AST | None]]:
    """The names that matter which a cell binds, each with what is bound."""
    assigned: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    assigned.add(target)
                    if _matters(target.id):
                        yield target.id, node.value
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if _matters(node.name):
                yield node.name, node
        elif isinstance(node, ast.Name) and node not in assigned and _matters(node.id):
            if not isinstance(node.ctx, ast.Load):
                yield node.id, None
        elif isinstance(node, ast.alias) and _matters(node.asname or node.name):
            yield node.asname or node.name, None


def _matters(name: str) -> bool:
    return name in _HANDED_OUT or name == _LOADER


def fingerprint(function: ast.FunctionDef) -> str:
    """sha256 of a function's source, without what changes nothing of what it trains."""
    bare = _Bare().visit(function)
    return hashlib.sha256(ast.unparse(bare).encode()).hexdigest()


class _Bare(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_Pass(self, node: ast.Pass) -> None:
        """Gone; a line of magic stood there."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        value = node.value
        if isinstance(value, ast.Constant):
            return None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            called = value.func.id
            if called == "print" or called.startswith("check_accuracy_part"):
                return None
        return node

    def visit_If(self, node: ast.If) -> ast.If | None:
        self.generic_visit(node)
        return node if node.body or node.orelse else None
