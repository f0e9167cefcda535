# part: question_6
model = nn.Sequential(
    nn.Conv2d(3, 32, 5, padding="same"),
    nn.Conv2d(32, 16, 3, padding="same"),
    Flatten(),
    nn.Linear(16 * 32 * 32, 10),
)
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
