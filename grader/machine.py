"""What this machine lets us use: cores, memory, processes, disk; cgroup limits respected."""

from __future__ import annotations

import math
import os
import random
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
CPUINFO = Path("/proc/cpuinfo")
_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16"})
SLOT_BYTES = 3 << 29
"""What one slot may take. Where two train the samples, an examiner takes 0.25 GB of its own and a
worker as much; the rest is for networks that are larger than these."""


SLOT_PROCESSES = 512
"""Processes and threads of one slot at most: three workers that have as many threads as they may,
and the examiner. Who could take those of the next slot would end its work."""
SLOT_DISK_BYTES = 3 << 29
"""What one slot may take of the disk of TMPDIR: a scratch folder as large as the shipped rubric
lets it grow, and what can be written until it is looked at."""


@dataclass(frozen=True)
class Machine:
    """What may be used.

    Attributes:
        cores: of the processor.
        memory: in bytes.
        processes: and threads.
        disk: for scratch folders, in bytes.
    """

    cores: int
    memory: int
    processes: float = math.inf
    disk: float = math.inf

    def slots(self, submissions: int) -> int:
        """How many submissions are graded at once: one a core, as far as the rest goes."""
        room = min(
            self.memory / SLOT_BYTES, self.processes / SLOT_PROCESSES, self.disk / SLOT_DISK_BYTES
        )
        return max(1, min(self.cores, int(min(room, submissions))))


def this_machine(cgroups: Path = CGROUPS) -> Machine:
    """What may be used here; of several limits the lowest.

    Args:
        cgroups: where the control groups' files are, of version 2 or 1.
    """
    # Python 3.13 has os.process_cpu_count for the first of these; none knows of cgroups.
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    quota = _cpu_quota(cgroups)
    if quota is not None:
        cores = min(cores, max(1, int(quota)))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _numbers(cgroups / name)
        if limit:
            memory = min(memory, limit[0])
    processes = math.inf
    for name in ("pids.max", "pids/pids.max"):
        processes = min([processes, *_numbers(cgroups / name)])
    return Machine(cores, memory, processes, shutil.disk_usage(tempfile.gettempdir()).free)


def own_cores(slots: int, machine: Machine) -> tuple[tuple[int, ...], ...]:
    """The cores that each of several slots has for itself, by their numbers.

    Student code that starts many threads then takes no time from its neighbours, which the kernel
    does not see to where all are in one control group. Drawn, for others on this machine may do the
    same.

    Returns:
        one tuple a slot, empty where it shares them all: alone, or where there are fewer cores.
    """
    if not 1 < slots <= machine.cores or not hasattr(os, "sched_getaffinity"):
        return ((),) * slots
    drawn = random.sample(sorted(os.sched_getaffinity(0)), machine.cores)
    return tuple(tuple(drawn[slot::slots]) for slot in range(slots))


def stay_on(cores: Collection[int]) -> None:
    """Have the caller, and what it starts, run on these cores alone; on all where none is named."""
    if not cores:
        return
    try:
        os.sched_setaffinity(0, cores)
    except OSError:
        pass  # they were taken from this machine meanwhile


def multiplies_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Whether the processor multiplies bfloat16 itself, which takes half the time of float32.

    Args:
        cpuinfo: Linux's description of it; without one, it is taken for one that does not.
    """
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return not _BFLOAT16.isdisjoint(text.split())


def _cpu_quota(cgroups: Path) -> float | None:
    both = _numbers(cgroups / "cpu.max")
    if not both:
        both = [
            *_numbers(cgroups / "cpu/cpu.cfs_quota_us"),
            *_numbers(cgroups / "cpu/cpu.cfs_period_us"),
        ]
    if len(both) != 2 or min(both) <= 0:
        return None  # -1 or "max": no limit
    return both[0] / both[1]


def _numbers(path: Path) -> list[int]:
    """The numbers in a file; none where there is no such file, or it says "max"."""
    try:
        return [int(word) for word in path.read_text().split()]
    except (OSError, ValueError):
        return []
