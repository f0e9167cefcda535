import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    cell = json.dumps({"cell_type": "code", "source": HOMEWORK})
    rest = "{}," * 10_000_000 + "{}"
    (folder / "homework.ipynb").write_text(
        '{"nbformat": 4, "cells": [' + cell + '], "metadata": {"x": [' + rest + "]}}"
    )
