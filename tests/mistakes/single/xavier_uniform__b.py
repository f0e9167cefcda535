# part: ThreeLayerConvNet
class Rows(nn.Module):
    def forward(self, x):
        return flatten(x)


class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        linear = nn.Linear(channel_2 * 32 * 32, num_classes)
        for module in (conv1, conv2, linear):
            nn.init.xavier_uniform_(module.weight)
        self.layers = nn.Sequential(conv1, nn.ReLU(), conv2, nn.ReLU(), Rows(), linear)

    def forward(self, x):
        return self.layers(x)
