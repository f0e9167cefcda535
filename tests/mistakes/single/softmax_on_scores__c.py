# part: question_6
channel_1, channel_2 = 32, 16
features = nn.Sequential(
    nn.Conv2d(3, channel_1, 5, padding=2),
    nn.ReLU(),
    nn.Conv2d(channel_1, channel_2, 3, padding=1),
    nn.ReLU(),
)
classifier = nn.Sequential(Flatten(), nn.Linear(channel_2 * 32 * 32, 10), nn.Softmax(dim=-1))
model = nn.Sequential(features, classifier)
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
