"""The keeper: parent of one worker. Starts it, watches it, ends it, says how it ended."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from grader.sandbox.isolation import die_with_parent, enter_namespaces

WorkerMain = Callable[[socket.socket, tuple[str, ...]], None]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_WATCH_SECONDS = 0.05


def keep(
    run_worker: WorkerMain, channel: socket.socket, lifeline: socket.socket, memory_bytes: int
) -> None:
    """Run one worker to its end; returns when it is gone.

    Args:
        run_worker: called in the worker with the channel and the layers entered so far.
        channel: the worker's end; closed here.
        lifeline: its end of file means "kill the worker"; one JSON record of how the worker ended
            is written to it: ``{"code": exit status or null, "signal": number or null,
            "memory": whether it was killed for memory}``.
        memory_bytes: private memory above the fork's at which the worker is killed.
    """
    entered = enter_namespaces()
    pid = os.fork()
    if pid == 0:
        die_with_parent()
        os.setsid()
        lifeline.close()
        run_worker(channel, entered)
        os._exit(0)
    channel.close()
    status, out_of_memory = _watch(pid, lifeline, memory_bytes)
    record = {
        "code": os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "memory": out_of_memory,
    }
    try:
        lifeline.sendall(json.dumps(record).encode())
    except OSError:
        pass  # the examiner is gone or did not want to know


def _watch(pid: int, lifeline: socket.socket, memory_bytes: int) -> tuple[int, bool]:
    """Wait for the worker's end, killing it when the lifeline ends or its memory is exceeded."""
    limit = _private_bytes(pid) + memory_bytes
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _kill_group(pid)
            return status, False
        if select.select([lifeline], [], [], _WATCH_SECONDS)[0]:
            return _kill(pid), False
        if _private_bytes(pid) > limit:
            return _kill(pid), True


def _kill(pid: int) -> int:
    """Kill the worker and all it started: its pid namespace, or its process group."""
    _kill_group(pid)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _private_bytes(pid: int) -> int:
    """Resident memory that belongs to this process alone; 0 where /proc does not tell."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE
