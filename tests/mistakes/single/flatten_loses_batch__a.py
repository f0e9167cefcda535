# part: flatten
def flatten(x):
    return x.reshape(-1)
