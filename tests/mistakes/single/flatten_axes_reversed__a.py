# part: flatten
def flatten(x):
    order = [0] + list(range(x.dim() - 1, 0, -1))
    return x.permute(order).reshape(x.shape[0], -1)
