# part: flatten
def flatten(x):
    n = len(x)
    features = x.numel() // n
    return x.contiguous().view(features, n)
