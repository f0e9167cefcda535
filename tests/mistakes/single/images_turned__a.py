# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    # (N, C, W, H) -> (N, C, H, W)
    x = x.permute(0, 1, 3, 2)
    x = torch.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = torch.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return torch.flatten(x, 1) @ fc_w + fc_b
