"""Core time of this process and of everything it starts from now on, as Linux counts it.

Not RUSAGE_CHILDREN: torchgrade ignores SIGCHLD where it forks, and a child that nobody waits for
is missing there.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_NUMBERS = {"x86_64": 298, "aarch64": 241}
_SOFTWARE, _TASK_CLOCK = 1, 1
_SIZE = 64
"""Of `perf_event_attr` in its first version; see perf_event_open(2)."""
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
"""Without the latter two it takes a privilege; a task's clock counts time in the kernel anyway."""
_CLOSE_ON_EXEC = 1 << 3


class CoreTime:
    """A counter that all processes inherit which the calling thread starts after it."""

    def __init__(self) -> None:
        flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
        packed = struct.pack("<IIQQQQQ", _SOFTWARE, _SIZE, _TASK_CLOCK, 0, 0, 0, flags)
        self._descriptor = -1
        number = _NUMBERS.get(platform.machine())
        if platform.system() == "Linux" and number is not None:
            call = ctypes.CDLL(None, use_errno=True).syscall
            attributes = ctypes.create_string_buffer(packed, _SIZE)
            self._descriptor = call(number, attributes, 0, -1, -1, ctypes.c_ulong(_CLOSE_ON_EXEC))

    def seconds(self) -> float:
        """So far; NaN where the machine does not tell."""
        if self._descriptor < 0:
            return float("nan")
        return int.from_bytes(os.read(self._descriptor, 8), "little") / 1e9
