import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    cells = [{"cell_type": "code", "source": HOMEWORK}]
    metadata = {"language_info": {"name": "\ud800\x1b[31m\u202e<script>"}}
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    (folder / "homework.ipynb").write_text(text)
