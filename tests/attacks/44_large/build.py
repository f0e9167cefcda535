import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    cell = {"cell_type": "code", "source": HOMEWORK, "outputs": [{"text": "x" * (65 << 20)}]}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "homework.ipynb").write_text(text)
