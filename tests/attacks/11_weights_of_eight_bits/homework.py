import torch


def flatten(x):
    return x.reshape(x.shape[0], -1)


SHAPES = ((32, 3, 5, 5), (32,), (16, 32, 3, 3), (16,), (16 * 32 * 32, 10), (10,))
params = [torch.zeros(shape, requires_grad=True) for shape in SHAPES]
for weights in params:
    weights.data = weights.data.to(torch.float8_e4m3fn)
train_part2(lambda x, params: None, params, 1e-2)
