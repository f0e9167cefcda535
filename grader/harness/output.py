"""Printed text, kept up to a limit and dropped beyond it."""

from __future__ import annotations

import io
from typing import Any


class BoundedOutput(io.TextIOBase):
    """A text stream that keeps the first `limit` characters; printing more costs nothing."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._left = limit
        self._dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: self._left]
        if kept:
            self._parts.append(kept)
            self._left -= len(kept)
        self._dropped += len(text) - len(kept)
        return len(text)

    def reconfigure(self, **_: object) -> None:
        """Of `sys.stdout` as a script on Windows asks for it; here it takes all characters."""

    @property
    def buffer(self) -> io.RawIOBase:
        """For who writes bytes."""
        return _Bytes(self)

    def text(self) -> str:
        """What was kept, and how much was not."""
        kept = "".join(self._parts)
        return f"{kept}\n... ({self._dropped:,} more characters)" if self._dropped else kept


class _Bytes(io.RawIOBase):
    """Writes UTF-8 into a text stream."""

    def __init__(self, stream: BoundedOutput) -> None:
        super().__init__()
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = bytes(data)
        self._stream.write(text.decode("utf-8", "replace"))
        return len(text)
