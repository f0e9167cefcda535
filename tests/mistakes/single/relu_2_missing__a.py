# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    layer1 = nn.ReLU()(F.conv2d(x, conv_w1, conv_b1, padding=(2, 2)))
    layer2 = F.conv2d(layer1, conv_w2, conv_b2, padding=(1, 1))
    feats = torch.flatten(layer2, start_dim=1)
    return torch.addmm(fc_b, feats, fc_w)
