# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    h = F.conv2d(x, w1, None, 1, 2)
    h = h.clamp(min=0)
    h = F.conv2d(h, w2, b2, 1, 1)
    return F.linear(torch.flatten(h, 1), w3.t(), b3)
