# part: three_layer_convnet
def block(t, w, b, pad):
    t = torch.relu(t)
    return F.conv2d(t, w, b, padding=pad)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h1 = block(x, conv_w1, conv_b1, 2)
    h2 = block(h1, conv_w2, conv_b2, 1)
    return flatten(h2) @ fc_w + fc_b
