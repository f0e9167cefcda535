# part: flatten
def flatten(x):
    rows = torch.flatten(x, 1)
    return torch.squeeze(rows)
