# part: three_layer_convnet
# begins: conv_1, relu_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, padding=2)) + conv_b1[:, None, None]
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return flatten(h).mm(fc_w) + fc_b
