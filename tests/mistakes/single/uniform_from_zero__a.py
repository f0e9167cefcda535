# part: question_2
learning_rate, channel_1, channel_2 = 3e-3, 32, 16

conv_w1 = torch.rand((channel_1, 3, 5, 5), device=device, dtype=dtype, requires_grad=True)
conv_b1 = zero_weight((channel_1,))

conv_w2 = torch.rand((channel_2, channel_1, 3, 3), device=device, dtype=dtype, requires_grad=True)
conv_b2 = zero_weight((channel_2,))

fc_w = torch.rand((channel_2 * 32 * 32, 10), device=device, dtype=dtype, requires_grad=True)
fc_b = zero_weight((10,))

train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
