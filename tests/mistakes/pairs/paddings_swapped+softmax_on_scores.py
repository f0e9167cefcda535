# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    out = torch.relu(F.conv2d(x, conv_w1, conv_b1, padding=1))
    out = torch.relu(F.conv2d(out, conv_w2, conv_b2, padding=2))
    out = out.view(x.shape[0], -1) @ fc_w + fc_b
    return nn.Softmax(dim=1)(out)
