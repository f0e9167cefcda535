# part: question_5
model = ThreeLayerConvNet(3, 32, 16, 10)
optimizer = optim.SGD(model.parameters(), lr=3e-5)
train_part34(model, optimizer)
