"""`lms`: the generators of made-up downloads, loaded by path, however pytest imports tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def lms() -> ModuleType:
    """The generators of made-up downloads."""
    path = Path(__file__).with_name("lms.py")
    spec = importlib.util.spec_from_file_location("intake_lms", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
