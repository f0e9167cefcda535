# part: question_2
channel_1 = 32
channel_2 = 16
learning_rate = 3e-3


def init(*dims, scale=1e-2):
    w = scale * torch.randn(dims, device=device, dtype=dtype)
    return w.requires_grad_()


conv_w1, conv_b1 = init(channel_1, 3, 5, 5), zero_weight((channel_1,))
conv_w2, conv_b2 = init(channel_2, channel_1, 3, 3), zero_weight((channel_2,))
fc_w, fc_b = init(channel_2 * 32 * 32, 10), zero_weight((10,))

train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
