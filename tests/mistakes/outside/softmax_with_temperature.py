# part: three_layer_convnet
# begins: scores
def three_layer_convnet(x, params, T=5.0):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    logits = flatten(h).mm(fc_w) + fc_b
    return torch.softmax(logits / T, dim=1)
