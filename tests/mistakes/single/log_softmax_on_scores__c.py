# part: question_6
learning_rate, c1, c2 = 1e-2, 32, 16
model = nn.Sequential(
    nn.Conv2d(3, c1, 5, 1, 2),
    nn.ReLU(),
    nn.Conv2d(c1, c2, 3, 1, 1),
    nn.ReLU(),
    Flatten(),
    nn.Linear(c2 * 32 * 32, 10),
    nn.LogSoftmax(dim=1),
)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
