# part: three_layer_convnet
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params

    def conv(t, w, b, p):
        return F.conv2d(t, w, b, padding=p)

    def dense(t, w, b):
        return t.view(t.shape[0], -1).mm(w) + b

    x = F.relu(conv(x, conv_w1, conv_b1, 2))
    x = F.relu(conv(x, conv_w2, conv_b2, 1))
    x = F.relu(dense(x, fc_w, fc_b))
    return x
