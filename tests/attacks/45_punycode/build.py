from pathlib import Path

HOMEWORK = "# coding: punycode\ndef flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    (folder / "homework.py").write_text(HOMEWORK + "# -" + "a" * 300_000)
