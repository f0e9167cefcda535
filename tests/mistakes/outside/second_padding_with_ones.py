# part: three_layer_convnet
# begins: conv_2
def conv(x, w, b, p, fill=0.0):
    x = F.pad(x, (p, p, p, p), value=fill)
    return F.conv2d(x, w, b)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(conv(x, conv_w1, conv_b1, 2))
    x = F.relu(conv(x, conv_w2, conv_b2, 1, 1.0))
    return flatten(x).mm(fc_w) + fc_b
