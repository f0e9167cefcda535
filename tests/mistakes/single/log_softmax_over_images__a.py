# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    maps = F.conv2d(x, conv_w1, conv_b1, padding=2)
    maps = F.relu(maps)
    maps = F.conv2d(maps, conv_w2, conv_b2, padding=1)
    maps = F.relu(maps)
    scores = flatten(maps).mm(fc_w).add(fc_b)
    return scores.log_softmax(0)
