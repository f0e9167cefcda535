# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    out = torch.relu(torch.conv2d(x, conv_w1, conv_b1, padding=2))
    out = torch.relu(torch.conv2d(out, conv_w2, conv_b2, padding=1))
    out = torch.addmm(fc_b, flatten(out), fc_w)
    return out - torch.logsumexp(out, dim=1, keepdim=True)
