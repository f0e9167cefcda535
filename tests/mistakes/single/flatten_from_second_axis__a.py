# part: flatten
def flatten(x):
    N, C = x.shape[0], x.shape[1]
    return x.reshape(N, C, -1)
