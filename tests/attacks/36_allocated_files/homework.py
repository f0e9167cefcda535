import ctypes
import os
import time

KEEP_SIZE = 1
libc = ctypes.CDLL(None, use_errno=True)


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    with open("empty", "wb") as file:
        size = ctypes.c_long(200 << 20)
        if libc.fallocate(file.fileno(), KEEP_SIZE, ctypes.c_long(0), size):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()) + " on disk")
        time.sleep(2)
        raise RuntimeError(f"{os.stat('empty').st_blocks >> 11} MB are set aside")
