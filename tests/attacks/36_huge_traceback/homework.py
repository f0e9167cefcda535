import sys

sys.setrecursionlimit(1_000_000)


def deep(depth):
    if depth:
        deep(depth - 1)
    raise RuntimeError("m" * 100_000_000)


def chain(length):
    last = None
    for number in range(length):
        error = ValueError(number)
        error.__cause__, last = last, error
    raise last


chain(100_000)


def flatten(x):
    return x.reshape(x.shape[0], -1)


deep(100_000)


def three_layer_convnet(x, params):
    raise type("X" * 10_000_000, (Exception,), {})("m" * 100_000_000)
