# part: three_layer_convnet
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    out = F.conv2d(x, w1, bias=b1, stride=1, padding=2)
    out = F.conv2d(out, w2, bias=b2, stride=1, padding=1)
    out = F.relu(out)
    out = out.view(out.size(0), -1)
    return out.mm(w3) + b3
