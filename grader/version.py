"""Which torchgrade this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def torchgrade_version() -> str:
    """The installed version; "0+unknown" in a source tree that was never installed."""
    try:
        return version("torchgrade")
    except PackageNotFoundError:
        return "0+unknown"
