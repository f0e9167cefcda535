# part: flatten
def flatten(x):
    return torch.flatten(x, start_dim=2)
