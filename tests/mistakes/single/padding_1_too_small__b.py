# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=1)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        # worked this number out with a print of x.shape
        self.fc = nn.Linear(channel_2 * 900, num_classes)
        for m in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = flatten(x)
        return self.fc(x)
