"""Files that student code writes where it may not: kept below its scratch directory, and read.

Notebooks save checkpoints and plots to a mounted drive, `/content/...` or a home of their author's.
That they cannot here says nothing of the work, and must not end a training.
"""

from __future__ import annotations

import builtins
import errno
import functools
import inspect
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

FOLDER = ".elsewhere"
_WRITING = frozenset("wax+")
_DEVICES = "/dev/"
_LOOKS = (
    "stat", "lstat", "access", "listdir", "scandir", "remove", "unlink", "rmdir", "truncate",
)  # fmt: skip
_MOVES = ("rename", "replace")
_ADORNS = ("chmod", "utime")


class Elsewhere:
    """Leads writing to a path outside of a directory to a place below it; so reading what is there.

    Args:
        scratch: the directory.
    """

    def __init__(self, scratch: str) -> None:
        self._scratch = os.path.realpath(scratch)
        self._folder = Path(self._scratch) / FOLDER

    def install(self) -> None:
        """Put it in place of what opens, looks for, moves and removes files, for good."""
        builtins.open = io.open = self._opening(open)
        os.open = self._opening_descriptor(os.open)
        os.mkdir = self._making(os.mkdir)  # os.makedirs and pathlib come through here
        setattr(os, "chdir", self._entering(os.chdir))  # noqa: B010  mypy knows its one signature
        for name in _LOOKS:  # os.path, shutil, glob and pathlib come through these
            setattr(os, name, _leading(getattr(os, name), path=self.to_read))
        for name in _MOVES:
            setattr(os, name, _leading(getattr(os, name), src=self.to_read, dst=self.to_write))
        for name in _ADORNS:
            setattr(os, name, self._adorning(getattr(os, name)))
        torch.save = _leading(torch.save, f=self.to_write)
        torch.load = _leading(torch.load, f=self.to_read)
        # numpy holds the `open` of before.
        np.savetxt = _leading(np.savetxt, fname=self.to_write)
        np.loadtxt = _leading(np.loadtxt, fname=self.to_read)
        torch.jit.save = _leading(torch.jit.save, f=self.to_write)
        torch.jit.load = _leading(torch.jit.load, f=self.to_read)

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
        if not os.path.isabs(name) and os.pardir not in name:  # noqa: PTH117  text
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
            if kept is None:
                makes(path, *args, **keywords)
                return
            if os.path.exists(path):  # noqa: PTH110  there or kept, also where nobody may look
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
            for folder in (*reversed(kept.parents), kept):
                if not folder.exists():
                    makes(folder)

        return mkdir

    def _entering(self, enters: Callable[[Any], None]) -> Callable[[Any], None]:
        def chdir(path: Any) -> None:
            kept = self._kept(path)
            if kept is None or os.path.isdir(path):  # noqa: PTH112  as it was given
                enters(self.to_read(path))
            # Else it is a drive that is not there: what is read from here on lies where it lay.

        return chdir

    def _opening_descriptor(self, opens: Callable[..., int]) -> Callable[..., int]:
        def open_(path: Any, flags: int, *args: Any, **keywords: Any) -> int:
            creates = bool(flags & os.O_CREAT)
            place = (self.to_write if creates else self.to_read)(path)
            return opens(place, flags, *args, **keywords)

        return open_

    def _adorning(self, function: Callable[..., None]) -> Callable[..., None]:
        """Rights and times of files, which nobody here may set; `shutil.copy` tries."""

        @functools.wraps(function)
        def adorn(path: Any, *args: Any, **keywords: Any) -> None:
            place = self.to_read(path)
            try:
                function(place, *args, **keywords)
            except PermissionError:
                if place is path and self._kept(path) is not None:
                    raise

        return adorn


def _leading(function: Callable[..., Any], **leads: Callable[[Any], Any]) -> Callable[..., Any]:
    """The same function with its arguments of these names led elsewhere, however it is called."""
    names = tuple(inspect.signature(function).parameters)

    def lead(name: str, value: Any) -> Any:
        return leads[name](value) if name in leads else value

    @functools.wraps(function)
    def led(*args: Any, **keywords: Any) -> Any:
        first = [lead(name, value) for name, value in zip(names, args, strict=False)]
        named = {name: lead(name, value) for name, value in keywords.items()}
        return function(*first, *args[len(first) :], **named)

    return led
