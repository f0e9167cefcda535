# part: flatten
def flatten(x):
    # total number of entries
    total = 1
    for size in x.shape:
        total *= size
    return x.contiguous().view(total)
