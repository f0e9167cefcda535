import json
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "# \ud800"},
        {"cell_type": "code", "source": HOMEWORK},
        {"cell_type": "code", "source": "raise ValueError('\ud800 \udfff', chr(0xd800))"},
    ]
    text = json.dumps({"cells": cells, "metadata": {"title": "BYTES"}, "nbformat": 4})
    (folder / "homework.ipynb").write_bytes(text.encode().replace(b"BYTES", b"\xff\xfe\xc0\x80"))
