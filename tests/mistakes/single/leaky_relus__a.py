# part: three_layer_convnet
def act(z):
    return torch.maximum(z, 0.01 * z)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    a1 = act(F.conv2d(x, conv_w1, conv_b1, padding=2))
    a2 = act(F.conv2d(a1, conv_w2, conv_b2, padding=1))
    return flatten(a2).mm(fc_w) + fc_b
