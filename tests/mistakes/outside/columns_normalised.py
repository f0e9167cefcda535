# part: three_layer_convnet
# begins: fully_connected
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    w = fc_w / fc_w.norm(dim=0, keepdim=True)
    return flatten(h).mm(w) + fc_b
