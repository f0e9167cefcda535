"""What the interpreter of a worker needs to read, and nothing of torchgrade."""

from __future__ import annotations

import importlib.util
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_SYSTEM_FILES = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/fonts",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system",
)


def readable_paths() -> tuple[str, ...]:
    """What the interpreter needs to read: itself and its libraries, but nothing of torchgrade."""
    own = (*_SYSTEM_FILES, *DEVICES, sys.prefix, sys.base_prefix, *_packages())
    roots = {Path(root) for root in own}
    package = Path(__file__).resolve().parents[1]
    in_source_tree = (package.parent / "rubric.yaml").exists()
    private = {package.parent if in_source_tree else package}
    # Found, not imported: the reference must not be in the memory that a worker inherits.
    reference = importlib.util.find_spec("reference")
    if reference is not None and reference.origin is not None:
        private.add(Path(reference.origin).resolve().parent)
    paths = [path for root in sorted(roots) for path in entries_without(root, private)]
    return tuple(dict.fromkeys(map(str, paths)))


def _packages() -> Iterator[str]:
    """Where packages are installed; a user's own lie outside of the interpreter's folders."""
    return (place for place in sys.path if Path(place).name in ("site-packages", "dist-packages"))


def entries_without(path: Path, private: set[Path]) -> Iterator[Path]:
    """`path`, or where something private lies below it, all that does not."""
    real = path.resolve()
    if real in private or not path.exists():
        return
    if not any(hidden.is_relative_to(real) for hidden in private):
        yield path
        return
    for entry in sorted(path.iterdir()):
        yield from entries_without(entry, private)


def open_to_others(paths: Iterable[str]) -> bool:
    """Whether a user who owns nothing can read these: files, or folders and what lies in them."""
    return all(reached_by_others(path) and _may(path, stat.S_IROTH) for path in paths)


def reached_by_others(path: str) -> bool:
    """Whether a user who owns nothing can pass through every folder above a path."""
    return all(_may(folder, stat.S_IXOTH) for folder in Path(path).resolve().parents)


def _may(path: str | Path, permission: int) -> bool:
    try:
        return bool(Path(path).stat().st_mode & permission)
    except OSError:
        return False
