# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.pad1 = nn.ZeroPad2d(1)
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5)
        self.pad2 = nn.ZeroPad2d(2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.conv1(self.pad1(x)))
        x = F.relu(self.conv2(self.pad2(x)))
        return self.fc(flatten(x))
