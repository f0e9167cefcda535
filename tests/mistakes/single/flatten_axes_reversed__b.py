# part: flatten
def flatten(x):
    if x.ndim == 4:
        # from (N, C, H, W)
        x = torch.einsum("nchw->nwhc", x)
    return x.flatten(1)
