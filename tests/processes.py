"""Which processes there are below one, and waiting until they have ended."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATIENCE_SECONDS = 30


def processes_below(ancestor: int) -> list[int]:
    """All processes that descend from one, the nearest first."""
    parents: dict[int, list[int]] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (directory / "stat").read_text(errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(directory.name))
    found, waiting = [], [ancestor]
    while waiting:
        children = parents.get(waiting.pop(0), [])
        found += children
        waiting += children
    return found


@contextmanager
def all_ending(pids: list[int]) -> Iterator[None]:
    """What is done in it must end all of these processes."""
    with ExitStack() as stack:
        handles = {}
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                handles[os.pidfd_open(pid)] = pid
        for handle in handles:
            stack.callback(os.close, handle)
        yield
        for handle, pid in handles.items():
            ended, _, _ = select.select([handle], [], [], PATIENCE_SECONDS)
            assert ended, f"process {pid} is still there"


def dask_workers() -> list[int]:
    """Workers of a cluster that this process has started."""
    workers = []
    for pid in processes_below(os.getpid()):
        with contextlib.suppress(OSError):  # it has ended by itself
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                workers.append(pid)
    # What a worker has forked is called as it is until it runs its own program.
    forked = {pid for worker in workers for pid in processes_below(worker)}
    return [pid for pid in workers if pid not in forked]
