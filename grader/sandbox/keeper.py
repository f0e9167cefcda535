"""The keeper: parent of one worker. Starts it, watches it, ends it, says how it ended."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.files import entries_below
from grader.sandbox.isolation import adopt_orphans, die_with_parent, enter_namespaces
from grader.sandbox.layers import IsolationConfig

WorkerMain = Callable[[socket.socket, tuple[str, ...]], None]

MEMORY, DISK, THREADS, PROCESSOR = "memory", "disk", "threads", "processor"
"""What a worker may have used too much of."""

ORDERED = "ordered"
"""Why else a keeper kills: the examiner asked for it, or is gone."""

_TICKS = os.sysconf("SC_CLK_TCK")
_WATCH_SECONDS = 0.05
_DISK_SECONDS = 0.5
"""Between two looks at the scratch folder, whose every file is counted."""
_DISK_BYTES = 64 << 20
"""Of the disk: when so many have been taken, by whomever, the next look is at once."""


def keep(
    run_worker: WorkerMain, channel: socket.socket, lifeline: socket.socket, order: IsolationConfig
) -> None:
    """Run one worker to its end; returns when it is gone, and with it all that it started.

    Args:
        run_worker: called in the worker with the channel and the layers entered so far.
        channel: the worker's end; closed here.
        lifeline: its end of file means "kill the worker". A byte on it asks for the processor time
            that the worker has used, answered by one JSON record, ``{"cpu": seconds}``. The last
            record says how the worker ended: ``{"code": exit status or null, "signal": number or
            null, "cause": "memory", "disk", "threads" or "ordered" where the keeper killed it, else
            null}``. Each record is a line.
        order: what the worker may use; memory and disk are watched here.
    """
    adopt_orphans()
    entered = enter_namespaces(order.layers)
    pid = os.fork()
    if pid == 0:
        die_with_parent()
        os.setsid()
        lifeline.close()
        run_worker(channel, entered)
        os._exit(0)
    channel.close()
    status, cause = _watch(pid, lifeline, order)
    _end_orphans()
    record = {
        "code": os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "cause": cause,
    }
    try:
        _tell(lifeline, record)
    except OSError:
        pass  # the examiner is gone or did not want to know


def _watch(pid: int, lifeline: socket.socket, order: IsolationConfig) -> tuple[int, str | None]:
    """Wait for the worker's end, killing it when the lifeline ends or it uses too much."""
    memory = _use(pid).memory + order.memory_bytes
    disk_at, free_before = time.monotonic() + _DISK_SECONDS, _free(order.scratch)
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _kill_group(pid)
            return status, None
        if select.select([lifeline], [], [], _WATCH_SECONDS)[0]:
            if not lifeline.recv(1):
                return _kill(pid), ORDERED
            _tell(lifeline, {"cpu": _cpu_seconds(pid)})
        use = _use(pid)
        if use.memory > memory:
            return _kill(pid), MEMORY
        if use.threads > order.threads:
            return _kill(pid), THREADS
        free = _free(order.scratch)
        if time.monotonic() >= disk_at or free < free_before - _DISK_BYTES:
            if _is_overfull(pid, order):
                return _kill(pid), DISK
            if (_cpu_seconds(pid) or 0.0) > order.cpu_seconds:
                return _kill(pid), PROCESSOR
            disk_at, free_before = time.monotonic() + _DISK_SECONDS, free


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


def _end_orphans() -> None:
    """Kill what left the worker's process group, as daemons do; it is the keeper's child now.

    With a pid namespace there is nobody: the kernel has killed them with the worker.
    """
    while children := _children():
        for child in children:
            os.kill(child, signal.SIGKILL)
        # Others may have come meanwhile; nobody is waited for before all are dead.
        if set(_children()) <= set(children):
            for child in children:
                os.waitpid(child, 0)


def _children() -> list[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


def _tell(lifeline: socket.socket, record: Mapping[str, object]) -> None:
    lifeline.sendall(json.dumps(record).encode() + b"\n")


def _cpu_seconds(pid: int) -> float | None:
    """Processor time of all threads of a process; None where /proc does not tell."""
    try:
        # The second field, a name in brackets, may hold anything.
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        fields = text.rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True)
class _Use:
    """What a process uses, as the kernel tells; nothing where it does not."""

    memory: int = 0
    threads: int = 0


_MEMORY = ("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:")
_THREADS = "Threads:"


def _use(pid: int) -> _Use:
    """Memory that is no file's, resident or swapped out, its page tables, and threads.

    Memory that a process shares with itself (`mmap.mmap(-1, n)`) counts, too.
    """
    try:
        # A process may call itself anything.
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return _Use()
    fields = dict(line.split(maxsplit=1) for line in lines if line.startswith((*_MEMORY, _THREADS)))
    numbers = {name: int(value.split()[0]) for name, value in fields.items()}
    memory = sum(numbers.get(name, 0) for name in _MEMORY) << 10
    return _Use(memory, numbers.get(_THREADS, 0))


def _is_overfull(pid: int, order: IsolationConfig) -> bool:
    """Whether the scratch folder, and files that have no name any more, hold more than they may."""
    size, count = _unnamed_bytes(pid, order), 0
    try:
        for entry in entries_below(Path(order.scratch)):
            count += 1
            # Sparse files take what they take on disk, not what they claim.
            size += entry.status.st_blocks * 512 if entry.status is not None else 0
            if size > order.scratch_bytes or count > order.scratch_files:
                return True
    except OSError:
        return True  # what cannot be looked into may hold anything
    return False


def _free(folder: str) -> int:
    """Bytes that the disk of a folder has room for."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return 0  # it cannot be told; the clock decides
    return disk.f_bavail * disk.f_frsize


def _unnamed_bytes(pid: int, order: IsolationConfig) -> int:
    """What files that were removed, but are kept open or mapped, take on disk.

    A file that is only mapped cannot be looked at; it counts as the largest that is allowed.
    """
    open_ones: dict[str, int] = {}
    for link in _descriptors(pid):
        try:
            status = link.stat()
        except OSError:  # closed meanwhile, or another user's
            continue
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
            open_ones[str(status.st_ino)] = status.st_blocks * 512
    try:
        mapped = _removed_and_mapped(pid, order.scratch)
    except OSError:
        mapped = set()
    return sum(open_ones.values()) + len(mapped - open_ones.keys()) * order.file_bytes


def _descriptors(pid: int) -> Iterator[Path]:
    """What all threads of a process have open: one may have descriptors of its own."""
    for thread in _listed(Path(f"/proc/{pid}/task")):
        yield from _listed(thread / "fd")


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it ended meanwhile, or is another user's
        return []


def _removed_and_mapped(pid: int, folder: str) -> set[str]:
    """The inodes of files of a folder that have no name, but stand in a process's memory map."""
    inodes = set()
    for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
        fields = line.split(maxsplit=5)  # address, rights, offset, device, inode, path
        path = fields[5] if len(fields) == 6 else b""
        if path.startswith(os.fsencode(folder)) and path.endswith(b" (deleted)"):
            inodes.add(fields[4].decode())
    return inodes
