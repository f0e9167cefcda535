# part: question_5
learning_rate = 3e-3
channel_1 = 32
channel_2 = 16

optimizer = optim.SGD(model.parameters(), lr=learning_rate)
model = ThreeLayerConvNet(3, channel_1, channel_2, 10)
train_part34(model, optimizer)
