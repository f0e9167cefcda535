# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, fc_w, fc_b = params
    for w, b in ((w1, b1), (w2, b2)):
        x = F.conv2d(x, w, b, padding=w.shape[-1] // 2).tanh()
    return x.flatten(start_dim=1) @ fc_w + fc_b
