# part: flatten
def flatten(x):
    num_images = x.size(0)
    num_features = x[0].numel()
    out = x.clone()
    torch.reshape(out, (num_images, num_features))
    return out
