"""Which torchgrade this is."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def torchgrade_version() -> str:
    """The installed version; "0+unknown" in a source tree that was never installed."""
    try:
        return version("torchgrade")
    except PackageNotFoundError:
        return "0+unknown"


def torchgrade_source() -> str:
    """The version and what stands for its source: equal where two installations are."""
    return f"{torchgrade_version()} ({source_fingerprint(__file__)[:12]})"


@cache
def source_fingerprint(package: str | None) -> str:
    """sha256 over a package's sources, given its `__init__.py`, or a file beside that."""
    assert package is not None
    digest = hashlib.sha256()
    folder = Path(package).parent
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.po"))):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
