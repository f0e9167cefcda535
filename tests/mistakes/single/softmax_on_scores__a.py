# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h1 = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h2 = F.relu(F.conv2d(h1, conv_w2, conv_b2, padding=1))
    logits = flatten(h2).mm(fc_w) + fc_b
    shifted = logits - logits.max(dim=1, keepdim=True).values
    e = torch.exp(shifted)
    return e / e.sum(dim=1, keepdim=True)
