# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    n = x.size(0)
    a = torch.relu(F.conv2d(x, w1, padding=2) + b1.reshape(1, -1, 1, 1))
    a = F.conv2d(a, w2, b2, padding=1)
    a = torch.relu(a + b2.reshape(1, -1, 1, 1))
    return a.reshape(n, -1) @ w3 + b3
