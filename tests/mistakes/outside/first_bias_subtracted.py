# part: three_layer_convnet
# begins: conv_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.conv2d(x, conv_w1, padding=2) - conv_b1.view(1, -1, 1, 1)
    h = F.conv2d(F.relu(h), conv_w2, padding=1) + conv_b2.view(1, -1, 1, 1)
    return flatten(F.relu(h)).mm(fc_w) + fc_b
