# part: question_2
learning_rate = 3e-3
channel_1 = 32
channel_2 = 16
D = channel_2 * 32 * 32

# Kaiming: N(0, 2 / fan_in)
conv_w1 = torch.normal(0.0, 2 / (3 * 5 * 5), (channel_1, 3, 5, 5), device=device, dtype=dtype)
conv_w2 = torch.normal(
    0.0, 2 / (channel_1 * 3 * 3), (channel_2, channel_1, 3, 3), device=device, dtype=dtype
)
fc_w = torch.normal(0.0, 2 / D, (D, 10), device=device, dtype=dtype)
for w in (conv_w1, conv_w2, fc_w):
    w.requires_grad_()

conv_b1 = zero_weight((channel_1,))
conv_b2 = zero_weight((channel_2,))
fc_b = zero_weight((10,))
train_part2(three_layer_convnet, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], learning_rate)
