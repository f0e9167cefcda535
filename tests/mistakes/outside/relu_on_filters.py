# part: three_layer_convnet
# begins: conv_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, F.relu(conv_w1), conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return flatten(h).mm(fc_w) + fc_b
