import os
import sys

print("x" * 100_000_000)
for _ in range(100_000):
    print("y" * 1000, file=sys.stderr)
for stream in (sys.__stdout__, sys.__stderr__):
    stream.write("z" * 100_000_000)
    stream.flush()
for descriptor in range(3):
    try:
        os.write(descriptor, b"w" * 100_000_000)
    except OSError:
        pass


def flatten(x):
    return x.reshape(x.shape[0], -1)
