# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, _, w2, _, w3, b3 = params
    for w in (w1, w2):
        x = torch.sigmoid(F.conv2d(x, w, padding=w.size(2) // 2))
    return x.reshape(len(x), -1).matmul(w3) + b3
