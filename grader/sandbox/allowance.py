"""The time that the code of one submission may take in all, over all its workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Allowance:
    """Seconds of wall clock, spent while student code is waited for.

    Attributes:
        seconds: what there was at first.
        left: what is left; below 0 when the last wait was longer.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.left = seconds

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Take what passes meanwhile off what is left."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - started
