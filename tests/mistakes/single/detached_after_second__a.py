# part: three_layer_convnet
def to_rows(maps):
    rows = maps.new_zeros(maps.shape[0], maps[0].numel())
    for i, m in enumerate(maps.data):
        rows[i] = m.reshape(-1)
    return rows


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return to_rows(x).mm(fc_w) + fc_b
