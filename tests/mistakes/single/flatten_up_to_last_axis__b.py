# part: flatten
def flatten(x):
    return torch.flatten(x, end_dim=-2)
