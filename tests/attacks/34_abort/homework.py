import os

os.abort()


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    os.abort()
