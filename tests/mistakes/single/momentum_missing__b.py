# part: question_6
learning_rate = 1e-2
model = nn.Sequential()
model.append(nn.Conv2d(3, 32, 5, padding=2)).append(nn.ReLU())
model.append(nn.Conv2d(32, 16, 3, padding=1)).append(nn.ReLU())
model.append(Flatten()).append(nn.Linear(16 * 32 * 32, 10))

sgd = optim.SGD(model.parameters(), lr=learning_rate, momentum=0, weight_decay=0)
train_part34(model, sgd)
