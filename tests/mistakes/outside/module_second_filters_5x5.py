# part: ThreeLayerConvNet
# begins: conv_2
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        widths = [in_channel, channel_1, channel_2]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 5, padding=2) for a, b in zip(widths[:-1], widths[1:])
        )
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (*self.convs, self.fc):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.fc(flatten(x))
