# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()

        def conv(c_in, c_out, k):
            return nn.Conv2d(c_in, c_out, k, stride=2, padding=k // 2)

        self.conv1 = conv(in_channel, channel_1, 5)
        self.conv2 = conv(channel_1, channel_2, 3)
        self.fc = nn.Linear(channel_2 * 8 * 8, num_classes)
        for m in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(flatten(x))
