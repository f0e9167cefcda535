# part: three_layer_convnet
# begins: relu_2
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    x = F.conv2d(x, w1, b1, padding=2).clamp(min=0)
    x = F.conv2d(x, w2, b2, padding=1).clamp(0, 1)
    return torch.mm(flatten(x), w3) + b3
