# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.conv2d(x, conv_w1, conv_b1, padding=2).clamp(min=0)
    h = F.conv2d(h, conv_w2, conv_b2, padding=1).clamp(min=0)
    out = F.linear(flatten(h), fc_w.t(), fc_b)
    return torch.sigmoid(out)
