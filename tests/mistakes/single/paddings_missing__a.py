# part: three_layer_convnet
def conv(x, w, b):
    # im2col
    N, _, H, W = x.shape
    n_filters, _, kh, kw = w.shape
    cols = F.unfold(x, (kh, kw))
    out = w.reshape(n_filters, -1) @ cols + b.view(1, -1, 1)
    return out.view(N, n_filters, H - kh + 1, W - kw + 1)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(conv(x, conv_w1, conv_b1))
    h = F.relu(conv(h, conv_w2, conv_b2))
    return flatten(h).mm(fc_w) + fc_b
