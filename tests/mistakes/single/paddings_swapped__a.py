# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    pads = [1, 2]
    h = x
    for w, b in ((conv_w1, conv_b1), (conv_w2, conv_b2)):
        h = F.relu(F.conv2d(h, w, b, padding=pads.pop(0)))
    return flatten(h).matmul(fc_w) + fc_b
