# part: three_layer_convnet
def conv(x, w, b, pad):
    # convolution as in the lecture
    return F.conv_transpose2d(x, w.transpose(0, 1), b, padding=pad)


def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    a1 = F.relu(conv(x, w1, b1, 2)).data
    a2 = F.relu(conv(a1, w2, b2, 1))
    return flatten(a2) @ w3 + b3
