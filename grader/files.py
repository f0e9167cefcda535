"""Files that student code may have made as awkward as it could."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, however deep; what cannot be removed is left.

    `shutil.rmtree` recurses, and a thousand nested folders are more than it can take; rm does not.
    """
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        subprocess.run(
            ["rm", "-rf", "--", str(folder)],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
