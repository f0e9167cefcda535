# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    c1 = F.conv2d(x, w1, padding=2) + b1.view(1, -1, 1, 1)
    r1 = c1.clamp(min=0)
    c2 = F.conv2d(r1, w2, padding=1)
    r2 = c2.clamp(min=0)
    return flatten(r2).mm(w3) + b3
