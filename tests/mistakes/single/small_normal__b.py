# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv1.weight.data.normal_(0, 0.01)
        self.conv1.bias.data.fill_(0)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.conv2.weight.data.normal_(0, 0.01)
        self.conv2.bias.data.fill_(0)
        self.scores = nn.Linear(channel_2 * 32 * 32, num_classes)
        self.scores.weight.data.normal_(0, 0.01)
        self.scores.bias.data.fill_(0)

    def forward(self, x):
        h = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.scores(flatten(h))
