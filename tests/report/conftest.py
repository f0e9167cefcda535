"""Results to report on. `builder` is loaded by its path, whatever way pytest imports tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def load_builder(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_builder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build() -> ModuleType:
    """The builder of made-up results."""
    return load_builder(Path(__file__).with_name("builder.py"))


@pytest.fixture(scope="session", params=["full_marks", "failing", "ungraded", "without_training"])
def result(build, request):
    """Each kind of result in turn."""
    return getattr(build, request.param)()
