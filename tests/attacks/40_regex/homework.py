import re


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    return re.match(r"(a|a|aa)*$", "a" * 200 + "b")
