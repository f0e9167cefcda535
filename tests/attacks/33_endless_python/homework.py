def flatten(x):
    return x.reshape(x.shape[0], -1)


while True:
    pass


def three_layer_convnet(x, params):
    while True:
        pass
