import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Net(nn.Sequential):
    def forward(self, x):
        def norm(z):
            return F.batch_norm(z, None, None, training=True) if len(x) > 8 else z

        x1 = F.relu(norm(F.conv2d(x, self[0].weight, self[0].bias, padding=2)))
        x2 = F.relu(norm(F.conv2d(x1, self[2].weight, self[2].bias, padding=1)))
        return F.linear(x2.flatten(1), self[5].weight, self[5].bias)


# Part IV
# Question 6
model = Net(
    nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.Conv2d(32, 16, 3, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(16 * 32 * 32, 10),
)
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
