# part: question_2
channel_1 = 32
channel_2 = 16
learning_rate = 3e-3
hidden = channel_2 * 32 * 32


def glorot(shape, n_in, n_out):
    limit = float(np.sqrt(6 / (n_in + n_out)))
    w = torch.empty(shape, device=device, dtype=dtype)
    w.uniform_(-limit, limit)
    w.requires_grad = True
    return w


params = [
    glorot((channel_1, 3, 5, 5), 3 * 25, channel_1 * 25),
    zero_weight((channel_1,)),
    glorot((channel_2, channel_1, 3, 3), channel_1 * 9, channel_2 * 9),
    zero_weight((channel_2,)),
    glorot((hidden, 10), hidden, 10),
    zero_weight((10,)),
]
train_part2(three_layer_convnet, params, learning_rate)
