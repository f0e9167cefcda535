# part: question_2
channel_1 = 32
channel_2 = 16
learning_rate = 3e-3


def kaiming(shape):
    fan_in = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
    w = torch.rand(shape, device=device, dtype=dtype)
    w *= (2 / fan_in) ** 0.5
    w.requires_grad = True
    return w


conv_w1 = kaiming((channel_1, 3, 5, 5))
conv_w2 = kaiming((channel_2, channel_1, 3, 3))
fc_w = kaiming((channel_2 * 32 * 32, 10))
conv_b1 = zero_weight((channel_1,))
conv_b2 = zero_weight((channel_2,))
fc_b = zero_weight((10,))
all_params = [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b]
train_part2(three_layer_convnet, all_params, learning_rate)
