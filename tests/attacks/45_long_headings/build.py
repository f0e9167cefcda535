from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    (folder / "homework.py").write_text(HOMEWORK + ("#" * 190 + "x\n") * 200)
