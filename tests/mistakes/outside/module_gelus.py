# part: ThreeLayerConvNet
# begins: relu_1, relu_2
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.act = nn.GELU()
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = self.act(self.conv1(x))
        x = self.act(self.conv2(x))
        return self.fc(flatten(x))
