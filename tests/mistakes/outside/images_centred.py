# part: three_layer_convnet
# begins: conv_1
def preprocess(batch):
    return batch - batch.mean(dim=(2, 3), keepdim=True)


def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    out = torch.relu(F.conv2d(preprocess(x), w1, b1, padding=2))
    out = torch.relu(F.conv2d(out, w2, b2, padding=1))
    return out.reshape(len(out), -1).mm(w3) + b3
