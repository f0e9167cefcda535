# part: three_layer_convnet
def conv_layer(x, w, b, pad=2):
    return F.relu(F.conv2d(F.pad(x, (pad,) * 4), w, b))


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = conv_layer(x, conv_w1, conv_b1)
    x = conv_layer(x, conv_w2, conv_b2)
    return F.linear(flatten(x), fc_w.t(), fc_b)
