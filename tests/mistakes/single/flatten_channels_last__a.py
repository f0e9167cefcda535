# part: flatten
def flatten(x):
    n = x.shape[0]
    if x.dim() == 4:
        x = x.permute(0, 2, 3, 1)
    return x.contiguous().view(n, -1)
