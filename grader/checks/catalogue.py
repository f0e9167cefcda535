"""Which checks and known mistakes exist, read from their source: no torch is imported for it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grader.rubric import KnownCheck

FOLDER = Path(__file__).parent


@cache
def known_checks() -> Mapping[str, KnownCheck]:
    """Check id -> the first line of its docstring and what it is marked to need."""
    checks: dict[str, KnownCheck] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                summary = (ast.get_docstring(node) or node.name).splitlines()[0]
                checks[check_id(path.stem, node.name)] = KnownCheck(summary, _settings(node))
    return checks


@cache
def known_mistakes(module: str = "*") -> frozenset[str] | None:
    """Ids of the mistakes that can be named; None where there is no reference to name them by.

    Args:
        module: the one of `reference.misconceptions` that they are in.
    """
    reference = find_spec("reference")
    places = reference.submodule_search_locations if reference is not None else None
    sources = [
        path for place in places or () for path in Path(place).glob(f"misconceptions/{module}.py")
    ]
    calls = [
        node
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    ids = [word.value for call in calls for word in call.keywords if word.arg == "id"]
    return frozenset(map(ast.literal_eval, ids)) if sources else None


def _settings(test: ast.FunctionDef) -> tuple[str, ...]:
    """The arguments of `@pytest.mark.settings(...)`."""
    for decorator in test.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and ast.unparse(decorator.func) == "pytest.mark.settings"
        ):
            return tuple(ast.literal_eval(argument) for argument in decorator.args)
    return ()


def check_id(module: str, test: str) -> str:
    """`test_flatten`, `test_shape` -> `flatten.shape`."""
    return f"{module.removeprefix('test_')}.{test.removeprefix('test_')}"
