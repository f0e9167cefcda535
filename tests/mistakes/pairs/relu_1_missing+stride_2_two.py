# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    c1 = F.conv2d(x, conv_w1, conv_b1, stride=1, padding=2)
    c2 = F.conv2d(c1, conv_w2, conv_b2, stride=2, padding=1)
    r2 = torch.maximum(c2, torch.zeros_like(c2))
    return flatten(r2).mm(fc_w) + fc_b
