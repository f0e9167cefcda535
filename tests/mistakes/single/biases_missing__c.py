# part: question_6
channel_1, channel_2, learning_rate = 32, 16, 1e-2
model = nn.Sequential(
    nn.Conv2d(3, channel_1, 5, padding=2, bias=False),
    nn.ReLU(),
    nn.Conv2d(channel_1, channel_2, 3, padding=1, bias=False),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(channel_2 * 32 * 32, 10, bias=False),
)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
