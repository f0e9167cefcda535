# part: flatten
def flatten(x):
    N = x.shape[0]
    return torch.reshape(x, (-1, N))
