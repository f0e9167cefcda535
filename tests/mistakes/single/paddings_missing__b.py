# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, kernel_size=5)
        self.conv2 = nn.Conv2d(channel_1, channel_2, kernel_size=3)
        size = 32 - 4 - 2
        self.fc = nn.Linear(channel_2 * size**2, num_classes)
        for m in self.children():
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return self.fc(flatten(x))
