# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    p = 1
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, stride=1, padding=p))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, stride=1, padding=p))
    h = h.reshape(h.shape[0], -1)
    scores = h.mm(fc_w) + fc_b
    return scores
