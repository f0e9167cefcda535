"""Folders for what must not outlive a grading, not even one that was killed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from grader.files import remove_tree

PREFIX = "torchgrade-scratch-"
LOCK = ".torchgrade-scratch.lock"


class Scratch:
    """A folder below TMPDIR; use as a context manager.

    It is locked as long as this process lives. Whoever makes the next one removes those that
    nobody holds the lock of any more.

    Attributes:
        path: where it is. Only its owner may look into it.
    """

    def __init__(self) -> None:
        _remove_abandoned()
        while not self._made():
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder."""
        remove_tree(self.path)
        self._lock.release()

    def _made(self) -> bool:
        """Make and lock it; whether nobody took it for abandoned between the two."""
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = FileLock(self.path / LOCK)
        try:
            self._lock.acquire()
        except FileNotFoundError:
            return False
        if (self.path / LOCK).exists():
            self.path.chmod(0o700)  # the lock makes a folder that is missing, open to everybody
            return True
        self._lock.release()
        return False


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Without a lock it is being made this moment, or it is not one of these.
        try:
            if not (folder / LOCK).is_file():
                continue
            with FileLock(folder / LOCK, timeout=0):
                remove_tree(folder)
        except (Timeout, OSError):
            continue  # in use, another user's, or removed by somebody else meanwhile
