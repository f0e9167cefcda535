# part: three_layer_convnet
# begins: conv_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    # 4 more rows and columns, so that 5x5 keeps the size
    x = F.pad(x, (4, 0, 4, 0))
    h1 = F.relu(F.conv2d(x, conv_w1, conv_b1))
    h2 = F.relu(F.conv2d(h1, conv_w2, conv_b2, padding=1))
    return flatten(h2).matmul(fc_w) + fc_b
