# part: flatten
def flatten(x):
    N = x.shape[0]
    C = x.shape[1]
    out = x.reshape(N * C, -1)
    return out
