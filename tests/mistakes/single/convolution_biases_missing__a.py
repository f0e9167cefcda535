# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    relu = nn.ReLU()
    h = x
    for kernel, pad in zip((conv_w1, conv_w2), (2, 1)):
        h = relu(F.conv2d(h, kernel, padding=pad))
    return h.view(h.shape[0], -1).mm(fc_w) + fc_b
