# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channel, channel_1, 5, padding=2, bias=False),
            nn.ReLU(),
            nn.Conv2d(channel_1, channel_2, 3, padding=1, bias=False),
            nn.ReLU(),
        )
        self.head = nn.Linear(channel_2 * 32 * 32, num_classes)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.kaiming_normal_(p)

    def forward(self, x):
        return self.head(flatten(self.features(x)))
