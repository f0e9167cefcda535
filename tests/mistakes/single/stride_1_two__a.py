# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    s1, p1 = 2, 2
    s2, p2 = 1, 1
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, s1, p1))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, s2, p2))
    return flatten(h).mm(fc_w) + fc_b
