"""Files that student code writes where it may not: kept below its scratch directory, and read.

Notebooks save checkpoints and plots to a mounted drive, `/content/...` or a home of their author's.
That they cannot here says nothing of the work, and must not end a training.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

FOLDER = ".elsewhere"
_WRITING = frozenset("wax+")
_DEVICES = "/dev/"


class Elsewhere:
    """Leads writing to a path outside of a directory to a place below it; so reading what is there.

    Args:
        scratch: the directory.
    """

    def __init__(self, scratch: str) -> None:
        self._scratch = os.path.realpath(scratch)
        self._folder = Path(self._scratch) / FOLDER

    def install(self) -> None:
        """Put it in place of what opens files and makes folders, for good."""
        builtins.open = io.open = self._opening(open)
        os.mkdir = self._making(os.mkdir)  # os.makedirs and pathlib come through here
        torch.save = self._saving(torch.save)
        torch.load = self._loading(torch.load)

    def to_write(self, path: Any) -> Any:
        """Where a path is written to; what is no path, or lies in the directory, stays."""
        kept = self._kept(path)
        if kept is None:
            return path
        kept.parent.mkdir(parents=True, exist_ok=True)
        return str(kept)

    def to_read(self, path: Any) -> Any:
        """Where a path is read: there, if something was written there."""
        kept = self._kept(path)
        return path if kept is None or not kept.exists() else str(kept)

    def _kept(self, path: Any) -> Path | None:
        if not isinstance(path, (str, os.PathLike)):
            return None
        name = os.fspath(path)
        if not isinstance(name, str) or name.startswith(_DEVICES):
            return None
        if not os.path.isabs(name) and os.pardir not in name:  # noqa: PTH117
            return None  # nobody need ask where the process is, which may be too deep to tell
        place = os.path.abspath(name)  # noqa: PTH100  follows no link, as open does not
        if os.path.commonpath([place, self._scratch]) == self._scratch:
            return None
        return self._folder / place.lstrip("/")

    def _opening(self, opens: Callable[..., Any]) -> Callable[..., Any]:
        def open_(file: Any, mode: str = "r", *args: Any, **keywords: Any) -> Any:
            writes = isinstance(mode, str) and not _WRITING.isdisjoint(mode)
            return opens((self.to_write if writes else self.to_read)(file), mode, *args, **keywords)

        return open_

    def _making(self, makes: Callable[..., None]) -> Callable[..., None]:
        def mkdir(path: Any, *args: Any, **keywords: Any) -> None:
            kept = self._kept(path)
            if kept is not None and not Path(path).exists():
                for folder in (*reversed(kept.parents), kept):
                    if not folder.exists():
                        makes(folder)
                return
            makes(path, *args, **keywords)

        return mkdir

    def _saving(self, saves: Callable[..., None]) -> Callable[..., None]:
        def save(obj: Any, f: Any, *args: Any, **keywords: Any) -> None:
            saves(obj, self.to_write(f), *args, **keywords)

        return save

    def _loading(self, loads: Callable[..., Any]) -> Callable[..., Any]:
        def load(f: Any, *args: Any, **keywords: Any) -> Any:
            return loads(self.to_read(f), *args, **keywords)

        return load
