# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = torch.stack(list(x.unbind(1))[::-1], dim=1)
    a = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    a = F.relu(F.conv2d(a, conv_w2, conv_b2, padding=1))
    a = F.relu(flatten(a).mm(fc_w) + fc_b)
    return a
