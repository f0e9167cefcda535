# part: three_layer_convnet
# begins: relu_2, fully_connected
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    maps = [m.flatten(1) for m in h.unbind(dim=1)]
    return torch.cat(maps[::-1], dim=1).mm(fc_w) + fc_b
