# part: three_layer_convnet
def conv_relu(inp, weight, bias, **options):
    return torch.relu(F.conv2d(inp, weight, bias, **options))


def three_layer_convnet(x, params):
    w1, b1, w2, b2, fc_w, fc_b = params
    first = conv_relu(x, w1, b1, padding=2)
    second = conv_relu(first, w2, b2)
    return second.view(x.shape[0], -1) @ fc_w + fc_b
