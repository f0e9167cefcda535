# part: question_2
lr = 3e-3
channel_1, channel_2 = 32, 16

shapes = [(channel_1, 3, 5, 5), (channel_2, channel_1, 3, 3), (channel_2 * 32 * 32, 10)]
fan_ins = [3 * 5 * 5, channel_1 * 3 * 3, channel_2 * 32 * 32]
weights = []
for shape, fan_in in zip(shapes, fan_ins):
    weight = torch.randn(shape, device=device, dtype=dtype) / np.sqrt(fan_in)
    weight.requires_grad = True
    weights.append(weight)
conv_w1, conv_w2, fc_w = weights

conv_b1 = zero_weight((channel_1,))
conv_b2 = zero_weight((channel_2,))
fc_b = zero_weight((10,))
train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], lr)
