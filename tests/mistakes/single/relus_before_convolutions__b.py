# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.net = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(in_channel, channel_1, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(channel_1, channel_2, 3, padding=1),
            nn.Flatten(),
            nn.Linear(channel_2 * 32 * 32, num_classes),
        )
        for i in (1, 3, 5):
            nn.init.kaiming_normal_(self.net[i].weight)

    def forward(self, images):
        return self.net(images)
