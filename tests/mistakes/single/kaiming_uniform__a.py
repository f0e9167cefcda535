# part: question_2
learning_rate = 3e-3
channel_1 = 32
channel_2 = 16


def he_init(shape, fan_in):
    bound = np.sqrt(6.0 / fan_in)
    w = (2 * torch.rand(shape, device=device, dtype=dtype) - 1) * bound
    w.requires_grad_(True)
    return w


conv_w1 = he_init((channel_1, 3, 5, 5), 3 * 5 * 5)
conv_b1 = zero_weight((channel_1,))
conv_w2 = he_init((channel_2, channel_1, 3, 3), channel_1 * 3 * 3)
conv_b2 = zero_weight((channel_2,))
fc_w = he_init((channel_2 * 32 * 32, 10), channel_2 * 32 * 32)
fc_b = zero_weight((10,))

params = [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b]
train_part2(three_layer_convnet, params, learning_rate)
