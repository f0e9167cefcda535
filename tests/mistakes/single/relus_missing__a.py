# part: three_layer_convnet
def three_layer_convnet(x, params):
    (w1, b1), (w2, b2), (w3, b3) = params[:2], params[2:4], params[4:]
    return flatten(F.conv2d(F.conv2d(x, w1, b1, padding=2), w2, b2, padding=1)) @ w3 + b3
