# part: three_layer_convnet
# begins: conv_1
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    # augmentation
    x = torch.flip(x, [-1])
    x = F.relu(F.conv2d(x, w1, b1, padding=2))
    x = F.relu(F.conv2d(x, w2, b2, padding=1))
    return flatten(x) @ w3 + b3
