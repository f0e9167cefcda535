# part: question_5
learning_rate = 3e-3
channel_1 = 32
channel_2 = 16

model = ThreeLayerConvNet(in_channel=3, channel_1=channel_1, channel_2=channel_2, num_classes=10)
optimizer = optim.Adam(model.parameters(), lr=learning_rate)
train_part34(model, optimizer)
