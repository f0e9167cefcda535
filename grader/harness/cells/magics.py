"""IPython's syntax in cells: as Python, line for line, by IPython's own transformer.

A magic or shell line becomes a call of `get_ipython()`, which `shell` answers. Magics that only
measure or capture what they are given (`%time train(...)`, `%%timeit`) are taken off it instead, so
that it runs.
"""

from __future__ import annotations

import re

from IPython.core.inputtransformer2 import TransformerManager

_MEASURING = "time|timeit|prun|capture|memit|mprun|lprun"
_CELL_MAGIC = re.compile(rf"\A(\s*)%%(?:{_MEASURING})\b[^\n]*")
_LINE_MAGIC = re.compile(
    rf"^([ \t]*(?:[\w, ]+=[ \t]*)?)%(?:{_MEASURING})\b[ \t]*(?:-\w+[ \t]*\d*[ \t]+)*(?=\S)",
    re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")


def to_python(source: str) -> str:
    """The cell as Python, or unchanged where that cannot be told."""
    text = _LINE_MAGIC.sub(r"\1", _CELL_MAGIC.sub(r"\1", source))
    body = _BLANK_LINES.sub("", text)
    if not body:
        return source
    try:
        python: str = TransformerManager().transform_cell(body)
    except Exception:  # of a cell that is neither; IPython documents no errors
        return source
    return text[: -len(body)] + python  # the transformer drops empty lines at the top
