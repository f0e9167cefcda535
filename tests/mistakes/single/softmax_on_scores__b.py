# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(in_channel, channel_1, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(channel_1, channel_2, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(channel_2 * 32 * 32, num_classes),
            nn.Softmax(dim=1),
        )
        for m in self.model:
            if hasattr(m, "weight"):
                nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        return self.model(x)
