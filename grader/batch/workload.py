"""How long a submission will take beside others: so that the longest work is begun first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from math import prod

from grader.intake import Submission
from grader.intake.documents.parsing import Parser

_CONVOLUTION = "Conv2d"
_ENDLESS = re.compile(r"^[ \t]*while (?:True|1):", re.MULTILINE)
_DEADLINE = 100
"""Convolutions' worth of work that a loop until its deadline is."""
_READY_MADE = re.compile(r"\bmodels\.\w+\(")
_DEEP = 50
"""The same, for a network of torchvision's."""
_WIDTH, _WIDEST = 32, 1024
"""Channels that a convolution puts out, by which it counts; and the most that are believed."""
_MOST = 100
"""Times that a loop is taken to repeat what it makes: no network has more layers of one kind."""


def expected_work(submission: Submission) -> int:
    """By the convolutions that it writes and their widths; in loops, as often as these repeat them.

    A loop without an end may run until a deadline, which takes longer than most work.
    """
    parser = Parser()
    return sum(
        _work(cell.source, parser.tree(cell) if _CONVOLUTION in cell.source else None)
        for cell in submission.cells
    )


def _work(source: str, tree: ast.Module | None) -> int:
    endless = _DEADLINE * len(_ENDLESS.findall(source))
    ready_made = _DEEP * len(_READY_MADE.findall(source))
    written = source.count(f"{_CONVOLUTION}(") if tree is None else sum(_convolutions(tree))
    return endless + ready_made + written


def _convolutions(tree: ast.Module) -> Iterator[int]:
    """What each call that makes one counts, by its width and how often it is repeated."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    numbers = dict(_assigned(tree))
    while waiting:
        node, times = waiting.pop()
        if isinstance(node, ast.For):
            times *= _length(node.iter)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            times *= prod(_length(each.iter) for each in node.generators)
        elif isinstance(node, ast.Call) and _name(node.func) == _CONVOLUTION:
            yield min(times, _MOST) * max(1, min(_channels(node, numbers), _WIDEST) // _WIDTH)
        waiting += ((child, min(times, _MOST)) for child in ast.iter_child_nodes(node))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The numbers that names are given, as in `channel_1 = 64`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, int):
                    yield target.id, node.value.value


def _channels(convolution: ast.Call, numbers: Mapping[str, int]) -> int:
    """How many a convolution puts out; 0 where that cannot be told."""
    named = [each.value for each in convolution.keywords if each.arg == "out_channels"]
    out = next(iter([*named, *convolution.args[1:2]]), None)
    if isinstance(out, ast.Name):
        return numbers.get(out.id, 0)
    value = out.value if isinstance(out, ast.Constant) else None
    return value if isinstance(value, int) else 0


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
