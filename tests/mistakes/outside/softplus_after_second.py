# part: three_layer_convnet
# begins: relu_2
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.conv2d(x, conv_w1, conv_b1, padding=2)
    x = x.clamp(min=0)
    x = F.conv2d(x, conv_w2, conv_b2, padding=1)
    x = torch.logaddexp(x, torch.zeros_like(x))
    return flatten(x).mm(fc_w) + fc_b
