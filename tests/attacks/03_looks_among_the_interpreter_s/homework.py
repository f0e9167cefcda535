import os
import sys

CLASS = os.path.join(sys.base_prefix, "bin")


def flatten(x):
    return x.reshape(x.shape[0], len(os.listdir(CLASS)) and -1)
