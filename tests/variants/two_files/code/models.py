"""Networks of HW 05; homework.py trains them."""

import torch.nn.functional as F
from torch import nn


def flatten(x):
    """One row for each example."""
    return x.view(x.size(0), -1)


def three_layer_convnet(x, params):
    """Scores of the three-layer ConvNet for weights kept in a list."""
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return flatten(x).mm(fc_w) + fc_b


class Flatten(nn.Module):
    """`flatten` as a layer."""

    def forward(self, x):
        return flatten(x)


class ThreeLayerConvNet(nn.Module):
    """The same network as a Module."""

    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        self.apply(kaiming)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(flatten(x))


class ChallengeNet(nn.Module):
    """Three convolutions, each halving the image, and one fully connected layer."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 24, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(24)
        self.conv2 = nn.Conv2d(24, 48, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(48)
        self.conv3 = nn.Conv2d(48, 64, 3, padding=1)
        self.norm3 = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64 * 4 * 4, 10)

    def forward(self, x):
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))
        x = F.relu(self.norm3(F.max_pool2d(self.conv3(x), 2)))
        return self.fc(flatten(x))


def kaiming(layer):
    """Kaiming-normal weights and zero biases for layers that have them."""
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
