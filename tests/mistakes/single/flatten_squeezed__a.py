# part: flatten
def flatten(x):
    N = x.shape[0]
    return x.reshape(N, -1).squeeze()
