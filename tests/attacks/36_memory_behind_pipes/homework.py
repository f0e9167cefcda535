"""A small page in a pipe keeps the huge page that it was part of, which no map shows any more."""

import ctypes
import fcntl
import mmap
import os

F_SETPIPE_SZ, MADV_DONTNEED, MADV_HUGEPAGE = 1031, 4, 14
HUGE, SMALL = 2 << 20, 4096


def flatten(x):
    return x.reshape(x.shape[0], -1)


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def three_layer_convnet(x, params):
    library = ctypes.CDLL(None, use_errno=True)
    library.vmsplice.restype = ctypes.c_ssize_t
    area = mmap.mmap(-1, 3 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = ctypes.addressof(ctypes.c_char.from_buffer(area))
    place = ctypes.c_void_p((start + HUGE - 1) & ~(HUGE - 1))
    library.madvise(place, ctypes.c_size_t(HUGE), MADV_HUGEPAGE)
    pipes = []
    for number in range(128):
        if number % 64 == 0:
            pipes.append(os.pipe())
            fcntl.fcntl(pipes[-1][1], F_SETPIPE_SZ, 1 << 18)
        ctypes.memset(place, 120, 1)
        part = Vector(place, SMALL)
        if library.vmsplice(pipes[-1][1], ctypes.byref(part), ctypes.c_ulong(1), 0) != SMALL:
            code = ctypes.get_errno()
            raise OSError(code, f"{os.strerror(code)} by vmsplice")
        library.madvise(place, ctypes.c_size_t(HUGE), MADV_DONTNEED)
    raise RuntimeError("256 MB are kept by pipes")
