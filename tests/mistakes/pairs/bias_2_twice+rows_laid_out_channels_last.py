# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h1 = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    z2 = F.conv2d(h1, conv_w2, conv_b2, padding=1)
    z2 = z2.permute(0, 2, 3, 1) + conv_b2
    h2 = F.relu(z2)
    return h2.reshape(h2.size(0), -1).mm(fc_w) + fc_b
