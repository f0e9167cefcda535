# part: question_6
c1, c2 = 32, 16
stem = [nn.Conv2d(3, c1, 5, padding=2), nn.ReLU(), nn.Conv2d(c1, c2, 3, padding=1)]
top = [nn.Flatten(), nn.Linear(c2 * 32 * 32, 10)]
model = nn.Sequential(*stem, *top)
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
