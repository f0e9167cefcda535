# part: flatten
def flatten(x):
    n = x.size(0)
    # one row per image, so the result is N x (everything else)
    return x.reshape(-1, n).transpose(0, 1)
