# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    h1 = torch.relu(F.conv2d(x, w1, b1, padding=2))
    h2 = torch.relu(F.conv2d(h1, w2, b2, padding=1, stride=(2, 2)))
    return torch.flatten(h2, 1).mm(w3) + b3
