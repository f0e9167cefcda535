"""Notebooks for tests, as Jupyter writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def code(source: object, count: object = None) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code", "source": source, "execution_count": count, "metadata": {},
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["printed\n"]}],
    }  # fmt: skip


def text(source: object) -> dict[str, Any]:
    """A text cell."""
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def document(cells: Sequence[object], **more: object) -> dict[str, Any]:
    """A notebook of format 4."""
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}


def write(path: Path, cells: Sequence[object], **more: object) -> Path:
    """Write a notebook of these cells; a text is a code cell of that source."""
    whole = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    path.write_text(json.dumps(document(whole, **more)) + "\n", encoding="utf-8")
    return path
