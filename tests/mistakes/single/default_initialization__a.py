# part: question_2
channel_1, channel_2, learning_rate = 32, 16, 3e-3


def as_param(t):
    return t.detach().clone().to(device=device, dtype=dtype).requires_grad_()


conv_w1 = as_param(nn.Conv2d(3, channel_1, 5).weight)
conv_w2 = as_param(nn.Conv2d(channel_1, channel_2, 3).weight)
fc_w = as_param(nn.Linear(channel_2 * 32 * 32, 10).weight.t().contiguous())
conv_b1, conv_b2, fc_b = zero_weight(channel_1), zero_weight(channel_2), zero_weight(10)

train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
