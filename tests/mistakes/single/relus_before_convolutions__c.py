# part: question_6
learning_rate = 1e-2
channel_1 = 32
channel_2 = 16
conv1 = nn.Conv2d(3, channel_1, 5, padding=2)
conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
fc = nn.Linear(channel_2 * 32 * 32, 10)
model = nn.Sequential(nn.ReLU(), conv1, nn.ReLU(), conv2, Flatten(), fc)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
