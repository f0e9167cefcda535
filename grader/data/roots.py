"""Where data sets lie on disk: the default data root and the place for one that is read-only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

ROOT_VARIABLE = "TORCHGRADE_DATA"
STORES = "stores"
TRAININGS = "trainings"
CALIBRATIONS = "calibrations"


def default_data_root() -> Path:
    """The directory of the data sets: ``$TORCHGRADE_DATA`` if set, else in the user's cache."""
    named = os.environ.get(ROOT_VARIABLE)
    return Path(named).expanduser() if named else _user_root()


def store_homes(data_root: Path) -> tuple[Path, Path]:
    """The directories that may hold the stores of `data_root`, in the order they are looked in.

    First beside the data, then the per-user cache, for a data root that may only be read (a course
    share, a mounted image). The second is named by the root's own path, so that two read-only roots
    do not take each other's stores for their own.
    """
    key = hashlib.sha256(os.fsencode(data_root.resolve())).hexdigest()[:16]
    return data_root / STORES, _user_root() / "read-only-roots" / key / STORES


def writable_home(data_root: Path) -> Path:
    """The one of `store_homes` that a new store goes into; it need not exist yet."""
    beside, cached = store_homes(data_root)
    for directory in (beside, data_root):
        if directory.exists():
            return beside if os.access(directory, os.W_OK) else cached
    return beside


def shared_trainings(data_root: Path | None) -> Path:
    """The directory of the reference's trainings on these data; it need not exist yet."""
    return writable_home(data_root or default_data_root()).parent / TRAININGS


def calibrations_home(data_root: Path | None) -> Path:
    """The directory of what calibrations on these data found; it need not exist yet."""
    return writable_home(data_root or default_data_root()).parent / CALIBRATIONS


def _user_root() -> Path:
    return Path(platformdirs.user_cache_dir("torchgrade")) / "data"
