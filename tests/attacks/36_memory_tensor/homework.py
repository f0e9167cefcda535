import torch

everything = torch.ones(100_000_000_000)


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    kept = []
    while True:
        kept.append(torch.ones(1_000_000))
