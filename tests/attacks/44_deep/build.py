import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    cell = json.dumps({"cell_type": "code", "source": HOMEWORK})
    nested = '{"a":[' * 50_000 + "]}" * 50_000
    (folder / "homework.ipynb").write_text('{"cells": [' + cell + '], "metadata": ' + nested + "}")
