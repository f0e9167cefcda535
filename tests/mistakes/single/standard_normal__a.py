# part: question_2
channel_1, channel_2, learning_rate = 32, 16, 3e-3
kwargs = dict(device=device, dtype=dtype, requires_grad=True)

conv_w1 = torch.randn(channel_1, 3, 5, 5, **kwargs)
conv_b1 = torch.zeros(channel_1, **kwargs)
conv_w2 = torch.randn(channel_2, channel_1, 3, 3, **kwargs)
conv_b2 = torch.zeros(channel_2, **kwargs)
fc_w = torch.randn(channel_2 * 32 * 32, 10, **kwargs)
fc_b = torch.zeros(10, **kwargs)
train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
