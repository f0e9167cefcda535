# part: three_layer_convnet
# begins: relu_1
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h1 = F.elu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h2 = F.relu(F.conv2d(h1, conv_w2, conv_b2, padding=1))
    return torch.addmm(fc_b, h2.flatten(1), fc_w)
