# part: question_2
learning_rate = 3e-3
channel_1 = 32
channel_2 = 16

opts = {"device": device, "dtype": dtype, "requires_grad": True}
conv_w1 = torch.ones((channel_1, 3, 5, 5), **opts)
conv_b1 = zero_weight((channel_1,))
conv_w2 = torch.ones((channel_2, channel_1, 3, 3), **opts)
conv_b2 = zero_weight((channel_2,))
fc_w = torch.ones((channel_2 * 32 * 32, 10), **opts)
fc_b = zero_weight((10,))

params = [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b]
train_part2(three_layer_convnet, params, learning_rate)
