# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding="same")
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding="same")
        self.fc1 = nn.Linear(channel_2 * 32 * 32, num_classes)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.kaiming_normal_(p, nonlinearity="linear")
            else:
                nn.init.zeros_(p)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        x = torch.flatten(x, 1)
        return self.fc1(x)
