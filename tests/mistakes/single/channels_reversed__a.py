# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    imgs = torch.flip(x, dims=(1,))
    h = F.relu(F.conv2d(imgs, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return flatten(h).mm(fc_w) + fc_b
