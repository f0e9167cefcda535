# part: three_layer_convnet
# begins: relu_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    pool = nn.AvgPool2d(3, stride=1, padding=1)
    x = F.conv2d(x, conv_w1, conv_b1, padding=2)
    x = F.relu(pool(x))
    x = F.conv2d(x, conv_w2, conv_b2, padding=1)
    x = F.relu(x)
    return flatten(x).mm(fc_w) + fc_b
