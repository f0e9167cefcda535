# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv_1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv_2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fully = nn.Linear(channel_2 * 32 * 32, num_classes)
        nn.init.kaiming_normal_(self.conv_1.weight)
        nn.init.kaiming_normal_(self.conv_2.weight)
        nn.init.kaiming_normal_(self.fully.weight)

    def forward(self, x):
        hidden = torch.clamp(self.conv_1(x), min=0)
        hidden = self.conv_2(hidden)
        return self.fully(hidden.reshape(x.shape[0], -1))
