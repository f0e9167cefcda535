# part: question_5
learning_rate = 0.5

model = ThreeLayerConvNet(in_channel=3, channel_1=32, channel_2=16, num_classes=10)
optimizer = optim.SGD(model.parameters(), lr=learning_rate)
train_part34(model, optimizer)
