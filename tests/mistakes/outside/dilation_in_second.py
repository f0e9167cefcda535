# part: three_layer_convnet
# begins: conv_2
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    h = torch.relu(F.conv2d(x, w1, b1, padding=2))
    h = torch.relu(F.conv2d(h, w2, b2, padding=2, dilation=2))
    return h.flatten(start_dim=1).mm(w3) + b3
