# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = torch.tanh(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = torch.tanh(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return F.log_softmax(torch.addmm(fc_b, flatten(h), fc_w), dim=-1)
