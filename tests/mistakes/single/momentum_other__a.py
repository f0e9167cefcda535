# part: question_6
channel_1 = 32
channel_2 = 16
learning_rate = 1e-2

conv_part = nn.Sequential(
    nn.Conv2d(3, channel_1, 5, padding=2),
    nn.ReLU(),
    nn.Conv2d(channel_1, channel_2, 3, padding=1),
    nn.ReLU(),
)
model = nn.Sequential(conv_part, nn.Flatten(), nn.Linear(channel_2 * 32 * 32, 10))
optimizer = optim.SGD(model.parameters(), learning_rate, momentum=0.99, nesterov=True)
train_part34(model, optimizer)
