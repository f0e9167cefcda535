# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.first = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.second = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.third = nn.Linear(channel_2 * 32 * 32, num_classes)
        for layer in (self.first, self.second, self.third):
            layer.weight.data.fill_(1.0)
            layer.bias.data.fill_(0.0)

    def forward(self, x):
        x = F.relu(self.first(x))
        x = F.relu(self.second(x))
        N = x.shape[0]
        return self.third(x.view(N, -1))
