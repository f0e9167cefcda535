import json
from pathlib import Path

DEPTH = 100_000
HONEST = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
CELLS = (
    HONEST,
    "(" * DEPTH + ")" * DEPTH,
    "x = " + "-" * DEPTH + "1",
    "x = " + "not " * DEPTH + "1",
    "x = x" + ".x" * DEPTH,
    "x = x" + "()" * DEPTH,
    "x = " + "1+" * DEPTH + "1",
    "x = " + "lambda: " * DEPTH + "1",
    "x = " + "1 if 1 else " * DEPTH + "1",
    "if 1:\n  pass\n" + "elif 1:\n  pass\n" * 2000,
    "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass\n",
    "f'" + "{x:" * 1000 + "}" * 1000 + "'",
    "%time " * 10_000 + "1",
)


def build(folder: Path) -> None:
    cells = [{"cell_type": "code", "source": cell} for cell in CELLS]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "homework.ipynb").write_text(text)
