# part: flatten
def flatten(x):
    n_values = x.numel()
    return x.reshape(1, n_values)
