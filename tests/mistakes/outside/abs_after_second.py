# part: three_layer_convnet
# begins: relu_2
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    a = torch.maximum(F.conv2d(x, w1, b1, padding=2), torch.zeros((), device=x.device))
    a = torch.abs(F.conv2d(a, w2, b2, padding=1))
    return a.view(a.size(0), -1) @ w3 + b3
