from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    (folder / "=cmd|' C calc'!A0<b>.py").write_text(HOMEWORK)
