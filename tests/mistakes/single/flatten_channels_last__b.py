# part: flatten
def flatten(x):
    # walk over the pixels of every image
    if x.dim() < 3:
        return x.reshape(len(x), -1)
    return torch.movedim(x, 1, -1).flatten(start_dim=1)
