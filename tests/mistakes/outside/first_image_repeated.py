# part: three_layer_convnet
# begins: conv_1, batch
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    img = x[0]
    batch = img.expand(x.shape)
    h = F.relu(F.conv2d(batch, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return torch.flatten(h, 1).mm(fc_w) + fc_b
