import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

# Part IV
# Question 6
model = nn.Sequential(
    nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.Conv2d(32, 16, 3, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(16 * 32 * 32, 10),
)
model.forward = lambda x: model[5](F.relu(model[2](model[0](x))).flatten(1))
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
