# part: question_5
lr = 3e-3
model = ThreeLayerConvNet(3, 32, 16, 10)
optimizer = optim.Adagrad(model.parameters(), lr=lr)
train_part34(model, optimizer, epochs=1)
