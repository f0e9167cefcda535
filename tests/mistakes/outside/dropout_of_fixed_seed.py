# part: three_layer_convnet
# begins: relu_2
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    gen = torch.Generator().manual_seed(231)
    keep = torch.rand(h.shape, generator=gen) < 0.5
    h = h * keep.to(h.device) / 0.5
    return flatten(h).mm(fc_w) + fc_b
