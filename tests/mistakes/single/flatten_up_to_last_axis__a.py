# part: flatten
def flatten(x):
    width = x.size(-1)
    return x.reshape(-1, width)
