import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    wrong = (1, None, 1e400, True, {}, [1], [None, "x"], {"a": "b"}, [["x"]])
    cells = [{"cell_type": "code", "source": HOMEWORK, "execution_count": 10**4000}]
    cells += [{"cell_type": "code", "source": each} for each in wrong]
    cells += [{"cell_type": each, "source": "x = 1"} for each in wrong]
    cells += [{"cell_type": "code", "source": "x = 1", "execution_count": each} for each in wrong]
    text = json.dumps([*cells, *wrong])
    rest = json.dumps({"metadata": wrong, "nbformat": wrong, "nbformat_minor": wrong})
    (folder / "homework.ipynb").write_text(f'{{"cells": 0, "cells": {text}, {rest[1:]}')
