# part: question_2
learning_rate = 3e-3

channel_1 = 32
channel_2 = 16

sizes = [
    (channel_1, 3, 5, 5),
    (channel_1,),
    (channel_2, channel_1, 3, 3),
    (channel_2,),
    (channel_2 * 32 * 32, 10),
    (10,),
]
params = [zero_weight(size) for size in sizes]
train_part2(three_layer_convnet, params, learning_rate)
