# part: question_5
convnet = ThreeLayerConvNet(3, 32, 16, num_classes=10)
settings = {"lr": 3e-3, "momentum": 0.5}
train_part34(convnet, torch.optim.SGD(convnet.parameters(), **settings))
