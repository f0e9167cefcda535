"""Files without names, of a process that nobody may look into."""

import ctypes
import os
import time

PR_SET_DUMPABLE = 4


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    hidden = ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    kept = []
    # Twice what it may write.
    for _ in range(8):
        kept.append(open("large", "wb"))
        os.unlink("large")
        for _ in range(15):
            kept[-1].write(b"x" * (1 << 20))
        kept[-1].flush()
    time.sleep(2)
    raise RuntimeError(f"{15 * len(kept)} MB of them are filled, hidden: {hidden}")
