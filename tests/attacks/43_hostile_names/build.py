import zipfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
NAMES = (
    "a" * 60_000 + ".py", "d/" * 10_000 + "x.py", "nul\0.py", "\x1b[31mred.py", "new\nline.py",
    "\u202egnp.py", "HOMEWORK.PY", "Homework.py", "homework.py/inner.py", "<script>alert(1)<", ".",
    "=cmd|' /C calc'!A0.py", "e\u0301.txt", "\u00e9.txt", "-rf", "$(reboot).py", " ", "\ufeff.py",
)  # fmt: skip


def build(folder: Path) -> None:
    with zipfile.ZipFile(folder / "attack.zip", "w") as archive:
        archive.writestr("homework.py", HOMEWORK)
        for name in NAMES:
            archive.writestr(zipfile.ZipInfo(name), "raise SystemExit\n")
