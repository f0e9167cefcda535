"""`torchgrade doctor`: what this machine offers, and what to do about what it lacks."""

from __future__ import annotations

import math
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from grader.batch.slot import single_slot
from grader.data import default_data_root, list_stores
from grader.jobs import Setup
from grader.machine import SLOT_DISK_BYTES, SLOT_PROCESSES, Machine, this_machine
from grader.sandbox.layers import (
    CAPABILITIES,
    FULL,
    LANDLOCK,
    LIMITS,
    MOUNTS,
    NAMESPACES,
    NO_NEW_PRIVILEGES,
    ORDER,
    OTHER_USER,
    SECCOMP,
)

MIN_MEMORY_GB = 4.0


@dataclass(frozen=True)
class _Lack:
    """What a missing layer leaves open, and how to get it."""

    consequence: str
    remedy: str


_LACKS = {
    NAMESPACES: _Lack(
        "student code sees the other processes of this machine",
        "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, or run "
        "the container with the needed rights)",
    ),
    MOUNTS: _Lack("student code sees the names of other processes", "comes with the namespaces"),
    LIMITS: _Lack("student code can use the machine up", "needs a Unix system"),
    OTHER_USER: _Lack(
        "student code runs as the user who grades",
        "only where root grades, and needs everything that student code may read to be readable "
        "by everybody: Python's environment and the data set (--data-root)",
    ),
    CAPABILITIES: _Lack("root's rights are kept, where root grades", "needs Linux"),
    NO_NEW_PRIVILEGES: _Lack("programs such as sudo can be tried", "needs Linux"),
    LANDLOCK: _Lack(
        "student code can read and write every file that you can: the reference, other people's "
        "work, results",
        "needs Linux 6.2 or later with Landlock switched on (CONFIG_LSM)",
    ),
    SECCOMP: _Lack(
        "student code can use the network, start processes and end those of this user",
        "needs Linux and libseccomp (Debian: apt install libseccomp2)",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do when it is not `fine`."""

    title: str
    text: str
    fine: bool = True
    remedy: str | None = None


def examine_machine(setup: Setup) -> list[Finding]:
    """Look at everything; starts an examiner and one worker.

    Raises:
        UserError: rubric or data cannot be used.
    """
    with single_slot(setup) as slot:
        slot.open()
        isolation = slot.probe()
    root = Path(setup.data_root) if setup.data_root else default_data_root()
    return [
        Finding("Python", f"{platform.python_version()} on {platform.platform()}"),
        Finding("PyTorch", f"torch {isolation.torch}, torchvision {isolation.torchvision}"),
        *room(this_machine()),
        *_layers(isolation.layers),
        _data(root),
        Finding("Disk", f"{shutil.disk_usage('.').free >> 30} GB free here"),
    ]


def print_findings(console: Console, findings: list[Finding]) -> None:
    """One line each, and the remedy under what is missing."""
    for finding in findings:
        mark = "[green]✓[/]" if finding.fine else "[yellow]![/]"
        console.print(f"{mark} {finding.title}: {escape(finding.text)}", highlight=False)
        if finding.remedy and not finding.fine:
            console.print(
                Padding(escape(finding.remedy), (0, 0, 0, 4), expand=False), highlight=False
            )


def room(machine: Machine) -> Iterator[Finding]:
    """What there is of cores, memory and processes, and what that is enough for."""
    yield Finding("Cores", f"{machine.cores} usable")
    gigabytes = machine.memory / 2**30
    yield Finding(
        "Memory",
        f"{gigabytes:.1f} GB",
        fine=gigabytes >= MIN_MEMORY_GB,
        remedy=f"training wants {MIN_MEMORY_GB:g} GB; use --no-train with less",
    )
    wanted = machine.cores * SLOT_PROCESSES
    if machine.processes < math.inf:
        yield Finding(
            "Processes",
            f"{machine.processes:,} allowed (pids.max)",
            fine=machine.processes >= wanted,
            remedy=f"allow {wanted:,}, {SLOT_PROCESSES} a core; with fewer, fewer submissions are "
            "graded at once, and threads of one may leave none for another",
        )
    if machine.disk < math.inf:
        wanted = machine.cores * SLOT_DISK_BYTES
        yield Finding(
            "Scratch",
            f"{machine.disk / 2**30:.1f} GB free in {tempfile.gettempdir()}",
            fine=machine.disk >= wanted,
            remedy=f"leave {wanted / 2**30:.1f} GB free there, or name a larger disk in TMPDIR; "
            "with less, fewer submissions are graded at once",
        )
    slots = machine.slots(machine.cores)
    yield Finding("At once", f"{slots} submission{'s' if slots > 1 else ''} (--jobs)")


def _layers(present: tuple[str, ...]) -> Iterator[Finding]:
    """Every layer; a user of its own only where it has to stand in for namespaces."""
    for name in FULL if NAMESPACES in present else ORDER:
        lack, title = _LACKS[name], f"Isolation, {name}"
        if name in present:
            yield Finding(title, "in force")
        else:
            yield Finding(title, f"missing: {lack.consequence}", fine=False, remedy=lack.remedy)


def _data(root: Path) -> Finding:
    stores = list_stores(root)
    real = [store for store in stores if store.name != "synthetic"]
    names = ", ".join(store.name for store in stores) or "none"
    return Finding(
        "Data",
        f"{names} (in {root})",
        fine=bool(real),
        remedy="`torchgrade data fetch` downloads CIFAR-10; without it the built-in synthetic "
        "data is used",
    )
