"""Loaded by the Dask workers that we start: Ctrl-C in the terminal is not theirs to handle."""

from __future__ import annotations

import signal

from distributed import Worker


def dask_setup(worker: Worker) -> None:
    """Dask calls it in the main thread of a worker that begins; also in place of a lost one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
