from pathlib import Path

HONEST = "def flatten(x):\n    return x.reshape(x.shape[0], -1)\n"


def build(folder: Path) -> None:
    fail = "def fail(n):\n    raise RuntimeError(str(n) * 10_000)\n"
    calls = "".join(f"fail({n})\n" for n in range(1000))
    (folder / "homework.py").write_text(HONEST + fail + calls)
