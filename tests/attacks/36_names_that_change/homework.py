"""Names change all the time, so that some file is always gone by the time that it is counted."""

import itertools
import os
import threading
import time

CHANGING, OTHERS = 32, 1500


def flatten(x):
    return x.reshape(x.shape[0], -1)


def change_names():
    for n in itertools.count():
        for i in range(CHANGING):
            os.rename(f"changing{i}.{n}", f"changing{i}.{n + 1}")


def three_layer_convnet(x, params):
    for i in range(CHANGING):
        open(f"changing{i}.0", "w").close()
    threading.Thread(target=change_names, daemon=True).start()
    for i in range(OTHERS):
        open(f"other{i}", "w").close()
    for number in range(8):  # twice what it may write, for everybody to see
        file = os.open(f"large{number}", os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(file, 0, 15 << 20)
        os.close(file)
    time.sleep(2)
    raise RuntimeError(f"{8 * 15} MB of them are filled")
