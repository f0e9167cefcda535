"""What a file is, by its name."""

from __future__ import annotations

SOURCE_SUFFIXES = (".ipynb", ".py")
"""What holds code that can be run."""


def is_source(name: str) -> bool:
    """Whether a file of that name holds code that can be run."""
    return name.lower().endswith(SOURCE_SUFFIXES)


def is_notebook(name: str) -> bool:
    """Whether a file of that name is a notebook."""
    return name.lower().endswith(".ipynb")
