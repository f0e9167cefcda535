"""What a notebook and the script that it was saved as have in common: their code."""

from __future__ import annotations

import re

# Possessive: what has been taken is not given back, so that a text takes no longer than it is long.
_TEXT = re.compile(r'^"""[^"]*+(?:"(?!"")[^"]*+)*+"""', re.MULTILINE)
"""A text cell as Colab exports it."""
_ASIDE = re.compile(r"[ \t]*+(?:[#%!]|get_ipython\(\)|$)")
"""Blank lines, comments, and magics as they stand in notebooks or as nbconvert writes them."""


def bare_code(code: str) -> tuple[str, ...]:
    """The lines that every tool exports as they are: without texts, comments and magics."""
    lines = _TEXT.sub("", code).split("\n")
    return tuple(line.rstrip() for line in lines if not _ASIDE.match(line))
