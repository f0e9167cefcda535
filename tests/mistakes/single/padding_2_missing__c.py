# part: question_6
channel_1, channel_2 = 32, 16
side = 32 - 3 + 1
model = nn.Sequential(
    nn.Conv2d(3, channel_1, 5, padding=2),
    nn.ReLU(),
    nn.Conv2d(channel_1, channel_2, 3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(channel_2 * side * side, 10),
)
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
