# part: three_layer_convnet
def conv(x, w, b):
    k1, k2 = w.shape[2:]
    xp = F.pad(x, (k2 // 2, k2 // 2, k1 // 2, k1 // 2))
    patches = xp.unfold(2, k1, 1).unfold(3, k2, 1)
    return torch.einsum("nchwij,fcji->nfhw", patches, w) + b.view(-1, 1, 1)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(conv(x, conv_w1, conv_b1))
    h = F.relu(conv(h, conv_w2, conv_b2))
    return h.reshape(len(h), -1).mm(fc_w) + fc_b
