import torch.nn as nn
import torch.optim as optim


def flatten(x):
    return x.reshape(x.shape[0], -1)


class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.fc = nn.Linear(3072, num_classes)

    def forward(self, x):
        return self.fc(flatten(x))


model = ThreeLayerConvNet(3, 32, 16, 10)
train_part34(model, optim.SGD(model.parameters(), lr=10**400))
