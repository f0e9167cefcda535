"""Which checks exist and what they are called, without importing them (or torch, or pytest)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def known_checks() -> Mapping[str, str]:
    """Check id -> what it checks, the first line of the test's docstring."""
    checks: dict[str, str] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                summary = (ast.get_docstring(node) or node.name).splitlines()[0]
                checks[check_id(path.stem, node.name)] = summary
    return checks


def check_id(module: str, test: str) -> str:
    """`test_flatten`, `test_shape` -> `flatten.shape`."""
    return f"{module.removeprefix('test_')}.{test.removeprefix('test_')}"
