import ctypes
import os
from multiprocessing import shared_memory, synchronize

libc = ctypes.CDLL(None, use_errno=True)
IPC_CREAT = 0o1666


def named():
    return shared_memory.SharedMemory("torchgrade-attack", create=True, size=1000)


def semaphore():
    return synchronize.Semaphore(1, ctx=None)


def system_v():
    key = ctypes.c_int(0x7467)
    made = [
        libc.shmget(key, ctypes.c_size_t(1000), IPC_CREAT),
        libc.msgget(key, IPC_CREAT),
        libc.semget(key, 1, IPC_CREAT),
    ]
    if made == [-1, -1, -1]:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def flatten(x):
    return x.reshape(x.shape[0], -1)


worked = []
for leave in (named, semaphore, system_v):
    try:
        leave()
        worked.append(leave.__name__)
    except OSError:
        pass
raise RuntimeError(f"{worked or 'none of them'} worked")
