"""What is installed beside torchgrade: student code may import all of it."""

from __future__ import annotations

import sys
from pathlib import Path


def installed_packages() -> list[str]:
    """Every package that student code may import, with its version, as pip notes them on disk."""
    places = [Path(folder) for folder in sys.path if folder]
    return sorted({path.stem for place in places for path in place.glob("*.dist-info")})
