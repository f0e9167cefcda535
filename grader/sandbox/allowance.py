"""The time that the code of one submission may take in all, over all its workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Allowance:
    """Seconds of wall clock, spent while student code is waited for.

    Attributes:
        seconds: what there is in all.
        spent: what was taken of it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.spent = 0.0

    @property
    def left(self) -> float:
        """Seconds; below 0 when the last wait was longer."""
        return self.seconds - self.spent

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Take what passes meanwhile."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.spent += time.monotonic() - started
