from pathlib import Path

HOMEWORK = """# coding: utf-7
for name in ("ebcdic", "escaped", "shifted"):
    try:
        __import__(name)
    except SyntaxError:
        pass


def flatten(x):
    return x.reshape(x.shape[0], -1)
"""


def build(folder: Path) -> None:
    (folder / "homework.py").write_text(HOMEWORK.replace("+", "+-"))
    (folder / "ebcdic.py").write_bytes("# coding: cp037\nraise SystemExit".encode("cp037"))
    (folder / "escaped.py").write_bytes(b"# coding: unicode_escape\nx = '\\ud800'\n")
    (folder / "shifted.py").write_bytes(b"# coding: rot13\nenvfr FlfgrzRkvg\n")
