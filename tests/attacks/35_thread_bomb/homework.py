import threading
import time

threading.stack_size(32 << 10)


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    # The machine that tests this has 32,768 numbers for processes and threads; it is left some.
    threads = [threading.Thread(target=time.sleep, args=(60,), daemon=True) for _ in range(6000)]
    for thread in threads:
        thread.start()
    raise RuntimeError(f"{len(threads)} of them are running")
