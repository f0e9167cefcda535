# part: flatten
def flatten(x):
    columns = [image.reshape(-1) for image in x]
    return torch.stack(columns, dim=1)
