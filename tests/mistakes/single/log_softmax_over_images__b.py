# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(in_channel, channel_1, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(channel_1, channel_2, 3, padding=1),
            nn.ReLU(),
        )
        self.lin = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (self.conv[0], self.conv[2], self.lin):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        z = self.lin(torch.flatten(self.conv(x), 1))
        return z - torch.logsumexp(z, dim=0, keepdim=True)
