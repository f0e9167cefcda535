# part: question_2
learning_rate = 3e-3
channel_1, channel_2 = 32, 16


def new_weight(shape):
    w = torch.empty(shape, device=device, dtype=dtype, requires_grad=True)
    nn.init.xavier_normal_(w)
    return w


conv_w1 = new_weight((channel_1, 3, 5, 5))
conv_w2 = new_weight((channel_2, channel_1, 3, 3))
fc_w = new_weight((channel_2 * 32 * 32, 10))
conv_b1, conv_b2, fc_b = (zero_weight((n,)) for n in (channel_1, channel_2, 10))
train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
