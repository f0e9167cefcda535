# part: flatten
def flatten(x):
    rows = []
    for image in x:
        for channel in image:
            rows.append(channel.reshape(-1))
    return torch.stack(rows)
