# part: question_6
c1, c2 = 32, 16
model = nn.Sequential(
    nn.Conv2d(3, c1, (5, 5), padding=2),
    nn.ReLU(inplace=True),
    nn.Conv2d(c1, c2, (3, 3), padding=1),
    nn.ReLU(inplace=True),
    Flatten(),
    nn.Linear(c2 * 32 * 32, 10),
)
momentum = 0.5
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=momentum, nesterov=True)
train_part34(model, optimizer)
