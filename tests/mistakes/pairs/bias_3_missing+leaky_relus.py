# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    act = nn.LeakyReLU()
    h = act(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = act(F.conv2d(h, conv_w2, conv_b2, padding=1))
    scores = flatten(h).mm(fc_w)
    return scores
