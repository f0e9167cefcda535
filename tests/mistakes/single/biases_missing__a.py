# part: three_layer_convnet
def correlate(images, kernels):
    kh, kw = kernels.shape[2:]
    padded = F.pad(images, (kw // 2, kw // 2, kh // 2, kh // 2))
    windows = padded.unfold(2, kh, 1).unfold(3, kw, 1)
    return torch.einsum("nchwij,fcij->nfhw", windows, kernels)


def three_layer_convnet(x, params):
    w1, w2, w3 = params[0], params[2], params[4]
    h = correlate(x, w1).relu()
    h = correlate(h, w2).relu()
    return h.flatten(1) @ w3
