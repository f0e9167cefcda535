# part: three_layer_convnet
# begins: relu_2
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    z1 = F.conv2d(x, conv_w1, conv_b1, padding=2)
    a1 = z1 * (z1 > 0)
    z2 = F.conv2d(a1, conv_w2, conv_b2, padding=1)
    a2 = F.gelu(z2)
    return flatten(a2) @ fc_w + fc_b
