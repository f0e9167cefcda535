# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv_a = nn.Conv2d(in_channel, channel_1, 5, 1, 2)
        nn.init.kaiming_uniform_(self.conv_a.weight, nonlinearity="relu")
        self.conv_b = nn.Conv2d(channel_1, channel_2, 3, 1, 1)
        nn.init.kaiming_uniform_(self.conv_b.weight, nonlinearity="relu")
        self.linear = nn.Linear(channel_2 * 32 * 32, num_classes)
        nn.init.kaiming_uniform_(self.linear.weight, nonlinearity="relu")

    def forward(self, x):
        h1 = self.conv_a(x).relu()
        h2 = self.conv_b(h1).relu()
        return self.linear(h2.view(h2.shape[0], -1))
