# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    h = flatten(h)
    # F.linear wants (out_features, in_features)
    num_classes = fc_b.shape[0]
    return F.linear(h, fc_w.reshape(num_classes, h.shape[1]), fc_b)
