import torch


def flatten(x):
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x, params):
    return torch.zeros(3)
