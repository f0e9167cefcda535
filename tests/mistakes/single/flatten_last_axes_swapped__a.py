# part: flatten
def flatten(x):
    N = x.size(0)
    if x.dim() > 2:
        x = x.transpose(-2, -1)
    return x.reshape(N, -1)
