# part: three_layer_convnet
# begins: relu_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.conv2d(x, conv_w1, conv_b1, padding=2)
    h = h * F.relu(h)
    h = F.conv2d(h, conv_w2, conv_b2, padding=1)
    h = F.relu(h)
    return flatten(h).mm(fc_w) + fc_b
