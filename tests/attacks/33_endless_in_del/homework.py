import atexit
import threading
import time


class Sticky:
    def __del__(self):
        while True:
            time.sleep(0.01)


def wait_for_ever():
    while True:
        time.sleep(0.01)


threading.Thread(target=wait_for_ever).start()
atexit.register(wait_for_ever)


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    Sticky()
