# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.first = nn.Conv2d(in_channel, channel_1, kernel_size=5, padding=2)
        self.second = nn.Conv2d(channel_1, channel_2, kernel_size=3, padding=1)
        self.out = nn.Linear(channel_2 * 32 * 32, 10)
        for part in self.children():
            nn.init.kaiming_normal_(part.weight)
            nn.init.constant_(part.bias, 0)

    def forward(self, x):
        x = self.first(x).relu()
        x = self.second(x).relu()
        return self.out(flatten(x))
