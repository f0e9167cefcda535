# part: three_layer_convnet
# begins: conv_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.pad(x, (2, 2, 2, 2), mode="replicate")
    h = F.relu(F.conv2d(x, conv_w1, conv_b1))
    h = F.pad(h, (1, 1, 1, 1))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2))
    return flatten(h).mm(fc_w) + fc_b
