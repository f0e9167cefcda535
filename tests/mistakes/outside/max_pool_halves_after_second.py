# part: three_layer_convnet
# begins: relu_2, sizes
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    h = torch.relu(F.conv2d(x, w1, b1, padding=2))
    h = torch.relu(F.conv2d(h, w2, b2, padding=1))
    h = F.max_pool2d(h, 2)
    return torch.flatten(h, 1) @ w3 + b3
