"""How long a submission will take beside others: so that the longest work is begun first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from math import prod

from grader.intake import Submission
from grader.intake.limits import MAX_PARSED, MAX_PARSED_IN_ALL
from grader.intake.parsing import parse

_CONVOLUTION = "Conv2d"
_ENDLESS = re.compile(r"^[ \t]*while (?:True|1):", re.MULTILINE)
_DEADLINE = 100
"""Convolutions' worth of work that a loop until its deadline is."""
_MOST = 100
"""Times that a loop is taken to repeat what it makes: no network has more layers of one kind."""


def expected_work(submission: Submission) -> int:
    """By the convolutions that it writes, those in loops as often as these repeat them.

    A loop without an end may run until a deadline, which takes longer than most work.
    """
    work, left = 0, MAX_PARSED_IN_ALL
    for cell in submission.cells:
        # Few cells make layers in loops, and only these are worth being parsed.
        is_parsed = _CONVOLUTION in cell.source and "range(" in cell.source
        is_parsed = is_parsed and len(cell.source) <= min(MAX_PARSED, left)
        left -= len(cell.source) if is_parsed else 0
        work += _work(cell.source, parse(cell.source) if is_parsed else None)
    return work


def _work(source: str, tree: ast.Module | None) -> int:
    endless = _DEADLINE * len(_ENDLESS.findall(source))
    written = source.count(f"{_CONVOLUTION}(") if tree is None else sum(_convolutions(tree))
    return endless + written


def _convolutions(tree: ast.Module) -> Iterator[int]:
    """How often each call that makes one is repeated."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, times = waiting.pop()
        if isinstance(node, ast.For):
            times *= _length(node.iter)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            times *= prod(_length(each.iter) for each in node.generators)
        elif isinstance(node, ast.Call) and _name(node.func) == _CONVOLUTION:
            yield min(times, _MOST)
        waiting += ((child, min(times, _MOST)) for child in ast.iter_child_nodes(node))


def _length(loop: ast.expr) -> int:
    """How long `range(16)` is; 1 for whatever cannot be told."""
    if isinstance(loop, ast.Call) and _name(loop.func) == "range":
        numbers = list(_numbers(loop.args))
        if len(numbers) == len(loop.args) and 0 < len(numbers) < 3:
            return max(1, len(range(*numbers)))
    return 1


def _numbers(arguments: Iterable[ast.expr]) -> Iterator[int]:
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
            yield min(argument.value, _MOST)


def _name(called: ast.expr) -> str | None:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else None
