# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.layer1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.layer2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.layer3 = nn.Linear(channel_2 * 32 * 32, num_classes)
        for l in (self.layer1, self.layer2, self.layer3):
            nn.init.kaiming_normal_(l.weight, nonlinearity="relu")

    def forward(self, x):
        x = self.layer1(x)
        x = self.layer2(x)
        x = flatten(x)
        return self.layer3(x)
