"""Printed text, kept up to a limit and dropped beyond it."""

from __future__ import annotations

import io


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

    def text(self) -> str:
        """What was kept, and how much was not."""
        kept = "".join(self._parts)
        return f"{kept}\n... ({self._dropped:,} more characters)" if self._dropped else kept
