# part: flatten
def flatten(x):
    batch = x.size(0)
    flat = x.reshape(batch, -1)
    return flat.t()
