# part: three_layer_convnet
# begins: scores
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    features = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    features = F.relu(F.conv2d(features, conv_w2, conv_b2, padding=1))
    energy = torch.addmm(fc_b, flatten(features), fc_w)
    return -energy
