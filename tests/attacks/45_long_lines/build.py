from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    string, comment = f"x = '{'x' * (4 << 20)}'", "# " + "y " * (2 << 20)
    text = "\n".join((HOMEWORK, string, comment, "raise ValueError(x)", ""))
    (folder / "homework.py").write_text(text)
