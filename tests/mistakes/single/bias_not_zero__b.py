# part: question_2
channel_1, channel_2 = 32, 16


def layer(*w_shape, out):
    b = torch.full((out,), 0.1, device=device, dtype=dtype, requires_grad=True)
    return [random_weight(w_shape), b]


params = layer(channel_1, 3, 5, 5, out=channel_1)
params += layer(channel_2, channel_1, 3, 3, out=channel_2)
params += layer(channel_2 * 32 * 32, 10, out=10)
train_part2(three_layer_convnet, params, learning_rate=3e-3)
