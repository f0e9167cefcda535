import os
import sys

PATHS = ("@WORLD@/secret.txt", "@WORLD@/roster.csv", "@WORLD@/out/results.json")


def contents():
    for path in PATHS:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            yield os.read(descriptor, 4096).decode()
        except OSError as error:
            yield str(error.strerror)


class Telling(Exception):
    def __str__(self):
        return " | ".join(contents())


print(*contents(), file=sys.stderr)
print(*contents(), sep="\n")
try:
    names = os.listdir("@WORLD@") + os.listdir("@WORLD@/..")
except OSError as error:
    names = [error.strerror]


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    raise Telling(names)


raise Telling(names)
