# part: three_layer_convnet
def conv_by_hand(x, w, b):
    KH, KW = w.shape[2:]
    H, W = x.shape[2:]
    xp = F.pad(x, (KW // 2, KW // 2, KH // 2, KH // 2))
    out = b.view(1, -1, 1, 1)
    for i in range(KH):
        for j in range(KW):
            patch = xp[:, :, i : i + H, j : j + W]
            tap = w[:, :, KH - 1 - i, KW - 1 - j]
            out = out + torch.einsum("nchw,fc->nfhw", patch, tap)
    return out


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(conv_by_hand(x, conv_w1, conv_b1))
    h = F.relu(conv_by_hand(h, conv_w2, conv_b2))
    return h.reshape(len(h), -1).mm(fc_w) + fc_b
