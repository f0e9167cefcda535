from pathlib import Path

HOMEWORK = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
NAMES = (
    "<script>alert(1)<.py", "=cmd|' C calc'!A0.py", "\x1b[31mred.py", "new\nline.py", "-rf.py",
    "\u202egnp.py", "x" * 250 + ".py", "a\u0300\u0300\u0300.py", "{{7*7}}.py", "tab\t.csv",
)  # fmt: skip


def build(folder: Path) -> None:
    (folder / "=1+1<b>\x1b[31m\u202e.py").write_text(HOMEWORK)
    for name in NAMES:
        (folder / name).write_text("x = 1\n")
    (folder / b"\xff.txt".decode("utf-8", "surrogateescape")).write_text("x")
