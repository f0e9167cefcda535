"""Whether a submission trains by the homework's own functions, as they were handed out.

Most notebooks hold them, untouched. They are known by a hash of their source as Python sees it,
without comments, names of the types, and what only prints or measures.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable

from grader.protocol.messages import Cell

_HANDED_OUT = {
    "train_part2": {
        "45cec02ba962656be213d72e8cc6330fe1068f1a4aaae39ab14acba19d8f0980",
        "dbba47196b7061b6891bc1b2d03428328d278992d0533d0f9c9d71b0fe54887c",
    },
    "train_part34": {
        "776f0b2bf53047f5563aeff747c07f3a59cedf11dc772bf3d60c92bbb0baa9f7",
        "1fd3cadd6eebeae726fda19a31ba5de26261ad2a0e555837519e43d9a1f93b6c",
    },
}
"""sha256 of CS231n's, which 63 and 61 of 64 notebooks hold, and of those of the samples."""

_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_MENTIONS = re.compile(r"\b(?:def\s+|as\s+)?train_part(?:2|34)\b")


def trains_as_given(cells: Iterable[Cell]) -> bool:
    """Whether whatever binds the names of the training functions is the homework's own source.

    Without a definition of its own, a submission has the given functions.
    """
    return all(map(_is_given, cells))


def _is_given(cell: Cell) -> bool:
    if not _MENTIONS.search(cell.source):
        return True
    try:
        tree = ast.parse(_MAGIC.sub(r"\1pass", cell.source))
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(hashed in _HANDED_OUT[name] for name, hashed in _bindings(tree))


def _bindings(tree: ast.Module) -> Iterable[tuple[str, str]]:
    """The names of the training functions that a cell binds, each with the hash of what it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in _HANDED_OUT:
            yield node.name, fingerprint(node)
        elif isinstance(node, ast.Name) and node.id in _HANDED_OUT:
            if not isinstance(node.ctx, ast.Load):
                yield node.id, ""
        elif isinstance(node, ast.alias):
            name = node.asname or node.name
            if name in _HANDED_OUT:
                yield name, ""
        elif isinstance(node, (ast.AsyncFunctionDef, ast.ClassDef)) and node.name in _HANDED_OUT:
            yield node.name, ""


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
