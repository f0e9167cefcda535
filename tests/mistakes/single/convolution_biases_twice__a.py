# part: three_layer_convnet
def conv_bias_relu(x, w, b, p):
    y = F.conv2d(x, w, b, padding=p)
    y = y + b.view(-1, 1, 1)
    return torch.where(y > 0, y, torch.zeros_like(y))


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = conv_bias_relu(x, conv_w1, conv_b1, 2)
    x = conv_bias_relu(x, conv_w2, conv_b2, 1)
    return flatten(x).mm(fc_w) + fc_b
