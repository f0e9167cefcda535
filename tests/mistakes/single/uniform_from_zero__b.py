# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, kernel_size=5, stride=1, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, kernel_size=3, stride=1, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        # random weights
        nn.init.uniform_(self.conv1.weight)
        nn.init.uniform_(self.conv2.weight)
        nn.init.uniform_(self.fc.weight)

    def forward(self, x):
        relu = nn.ReLU()
        x = relu(self.conv1(x))
        x = relu(self.conv2(x))
        return self.fc(flatten(x))
