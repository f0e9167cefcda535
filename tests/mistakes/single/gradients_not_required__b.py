# part: question_2
channel_1, channel_2, learning_rate = 32, 16, 3e-3


def he(shape, fan_in):
    return torch.randn(shape, device=device, dtype=dtype) * (2.0 / fan_in) ** 0.5


def zeros(n):
    return torch.zeros(n, device=device, dtype=dtype)


params = [
    he((channel_1, 3, 5, 5), 75),
    zeros(channel_1),
    he((channel_2, channel_1, 3, 3), channel_1 * 9),
    zeros(channel_2),
    he((channel_2 * 32 * 32, 10), channel_2 * 32 * 32),
    zeros(10),
]
train_part2(three_layer_convnet, params, learning_rate)
