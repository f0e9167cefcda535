# part: question_5
channel_1, channel_2 = 32, 16
model = ThreeLayerConvNet(3, channel_1, channel_2, 10)
*_, last = model.children()
optimizer = optim.SGD(last.parameters(), lr=3e-3)
train_part34(model, optimizer)
