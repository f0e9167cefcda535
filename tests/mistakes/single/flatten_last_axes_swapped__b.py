# part: flatten
def flatten(x):
    if x.dim() != 4:
        return x.reshape(x.shape[0], -1)
    columns = x.unbind(dim=3)
    return torch.stack(columns, dim=2).flatten(1)
