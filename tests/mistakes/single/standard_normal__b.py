# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.body = nn.ModuleList(
            [
                nn.Conv2d(in_channel, channel_1, 5, padding=2),
                nn.Conv2d(channel_1, channel_2, 3, padding=1),
            ]
        )
        self.head = nn.Linear(channel_2 * 32 * 32, num_classes)
        for layer in [*self.body, self.head]:
            nn.init.normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for conv in self.body:
            x = conv(x).clamp(min=0)
        return self.head(x.flatten(1))
