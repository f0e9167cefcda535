import importlib.util
import marshal
from pathlib import Path

POISON = "def flatten(x):\n    raise SystemExit('a lie')\n"


def build(folder: Path) -> None:
    source = folder / "helper.py"
    stamp = int(source.stat().st_mtime).to_bytes(4, "little")
    size = source.stat().st_size.to_bytes(4, "little")
    code = marshal.dumps(compile(POISON, "helper.py", "exec"))
    cached = folder / importlib.util.cache_from_source("helper.py")
    cached.parent.mkdir(exist_ok=True)
    cached.write_bytes(importlib.util.MAGIC_NUMBER + bytes(4) + stamp + size + code)
