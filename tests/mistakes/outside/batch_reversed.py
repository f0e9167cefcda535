# part: three_layer_convnet
# begins: scores, batch
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    per_image = []
    for row in flatten(h):
        per_image.insert(0, row @ fc_w + fc_b)
    return torch.stack(per_image)
