import zipfile
from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
NAMES = (
    "../world/kim/homework.py", "../../../world/kim/homework.py", "/etc/motd",
    "..\\..\\kim\\homework.py", "C:\\kim\\homework.py", "a/../../b.py", "\u2025/x.py",
    "//server/share/x.py", "~/x.py", "/dev/null", "/proc/self/mem", "...", "con", "x\0y.py",
)  # fmt: skip


def build(folder: Path) -> None:
    with zipfile.ZipFile(folder / "attack.zip", "w") as archive:
        archive.writestr("homework.py", HOMEWORK)
        for name in (*NAMES, str(folder.parent / "world" / "kim" / "homework.py")):
            archive.writestr(zipfile.ZipInfo(name), "raise SystemExit\n")
            archive.infolist()[-1].filename = name
