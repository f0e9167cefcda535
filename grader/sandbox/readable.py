"""What the interpreter of a worker needs to read, and nothing of torchgrade."""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution
from pathlib import Path

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_SYSTEM_FILES = (
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
_SYSTEM_PREFIXES = ("/usr", "/usr/local")
_PARTS = (
    "bin", "etc", "include", "lib", "lib32", "lib64", "libexec", "libx32", "pyvenv.cfg", "share",
)  # fmt: skip
"""What of a prefix belongs to what is installed there. Whatever else lies below one is somebody's:
a class in /usr/src, or a course in whose folder the environment was made."""


def readable_paths() -> tuple[str, ...]:
    """What the interpreter needs to read: itself and its libraries, but nothing of torchgrade."""
    prefixes = (*_SYSTEM_PREFIXES, sys.prefix, sys.base_prefix)
    installed = (Path(prefix) / part for prefix in prefixes for part in _PARTS)
    roots = {*map(Path, (*_SYSTEM_FILES, *DEVICES, *_packages())), *installed}
    package = Path(__file__).resolve().parents[1]
    in_source_tree = (package.parent / "rubric.yaml").exists()
    private = {package.parent if in_source_tree else package}
    # Found, not imported: the reference must not be in the memory that a worker inherits.
    reference = importlib.util.find_spec("reference")
    if reference is not None and reference.origin is not None:
        private.add(Path(reference.origin).resolve().parent)
    private.update(installations([*_packages(), *_shared_packages(prefixes)]))
    return _without(sorted(roots), private)


def installations(places: Iterable[str]) -> Iterator[Path]:
    """What installations of torchgrade have put among packages, this one's or another's.

    One that leads to a source tree leaves files there, too: rubric, solutions, known mistakes.

    Args:
        places: folders of packages.
    """
    for place in map(Path, places):
        for about in place.glob("torchgrade-*.dist-info"):
            yield _real(about)
            for file in Distribution.at(about).files or ():
                if file.parts[0] != "..":
                    yield _real(place / file.parts[0])


def paths_without(paths: Iterable[str], private: Iterable[str]) -> tuple[str, ...]:
    """Of these paths, and of what lies below them, all but what is private."""
    return _without(map(Path, paths), set(map(_real, private)))


def _without(paths: Iterable[Path], private: set[Path]) -> tuple[str, ...]:
    kept = [entry for path in paths for entry in entries_without(path, private)]
    return tuple(dict.fromkeys(map(str, kept)))


def _packages() -> Iterator[str]:
    """Where packages are installed; a user's own lie outside of the interpreter's folders."""
    return (place for place in sys.path if Path(place).name in ("site-packages", "dist-packages"))


def _shared_packages(prefixes: Iterable[str]) -> Iterator[str]:
    """Where other interpreters of these prefixes, which a worker may read, have their packages."""
    for prefix in map(Path, prefixes):
        for pattern in ("lib*/python*/site-packages", "lib*/python*/dist-packages"):
            yield from map(str, prefix.glob(pattern))


def entries_without(path: Path, private: set[Path]) -> Iterator[Path]:
    """`path`, or where something private lies below it, all that does not."""
    real = _real(path)
    if real in private or not path.exists():
        return
    if not _holds_one_of(private, real):
        yield path
        return
    for entry in _entries(real):
        # A link may lead back to here, or into something private.
        if not (entry.is_symlink() and _leads_to_one_of(private, _real(entry))):
            yield from entries_without(entry, private)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except PermissionError:
        return []  # nor can a worker list it


def _real(path: str | Path) -> Path:
    """Where a path leads; unlike `Path.resolve`, also of links that lead to each other."""
    return Path(os.path.realpath(path))


def _holds_one_of(private: set[Path], real: Path) -> bool:
    return any(hidden.is_relative_to(real) for hidden in private)


def _leads_to_one_of(private: set[Path], real: Path) -> bool:
    return _holds_one_of(private, real) or any(real.is_relative_to(hidden) for hidden in private)


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
