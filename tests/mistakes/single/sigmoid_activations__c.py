# part: question_6
channel_1, channel_2, learning_rate = 32, 16, 1e-2
model = nn.Sequential()
model.add_module("conv1", nn.Conv2d(3, channel_1, 5, padding=2))
model.add_module("act1", nn.Sigmoid())
model.add_module("conv2", nn.Conv2d(channel_1, channel_2, 3, padding=1))
model.add_module("act2", nn.Sigmoid())
model.add_module("flatten", Flatten())
model.add_module("fc", nn.Linear(channel_2 * 32 * 32, 10))
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
