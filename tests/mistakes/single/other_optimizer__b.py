# part: question_6
channel_1, channel_2 = 32, 16
layers = [
    nn.Conv2d(3, channel_1, 5, padding=2),
    nn.ReLU(),
    nn.Conv2d(channel_1, channel_2, 3, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(channel_2 * 32 * 32, 10),
]
model = nn.Sequential(*layers)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, momentum=0.9)
train_part34(model, optimizer)
