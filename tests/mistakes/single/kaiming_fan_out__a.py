# part: question_2
channel_1, channel_2 = 32, 16


def make_weight(*shape):
    if len(shape) == 4:
        fan = shape[0] * shape[2] * shape[3]
    else:
        fan = shape[1]
    std = (2.0 / fan) ** 0.5
    return torch.empty(shape, device=device, dtype=dtype).normal_(0, std).requires_grad_()


params = [
    make_weight(channel_1, 3, 5, 5),
    zero_weight((channel_1,)),
    make_weight(channel_2, channel_1, 3, 3),
    zero_weight((channel_2,)),
    make_weight(channel_2 * 32 * 32, 10),
    zero_weight((10,)),
]
train_part2(three_layer_convnet, params, learning_rate=3e-3)
