"""Files that student code may have made as awkward as it could."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

MIN_FREE_BYTES = 100 << 20
"""With less than this left, a disk is called full."""


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder has no room for a grading."""
    return shutil.disk_usage(folder).free < MIN_FREE_BYTES


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, however deep; what cannot be removed is left.

    `shutil.rmtree` recurses, and a thousand nested folders are more than it can take; rm does not.
    """
    try:
        _open_folders(folder)
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        subprocess.run(
            ["rm", "-rf", "--", str(folder)],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _open_folders(folder: Path) -> None:
    """Let their owner into folders that were closed to everybody."""
    for _, folders, _, place in os.fwalk(folder):
        for name in folders:
            mode = os.lstat(name, dir_fd=place).st_mode
            if stat.S_ISDIR(mode) and mode & stat.S_IRWXU != stat.S_IRWXU:
                os.chmod(name, stat.S_IRWXU, dir_fd=place)
