# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.convs = nn.ModuleList(
            [
                nn.Conv2d(in_channel, channel_1, 5, padding=2),
                nn.Conv2d(channel_1, channel_2, 3, padding=1),
            ]
        )
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (*self.convs, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x) + conv.bias[:, None, None])
        return self.fc(flatten(x))
