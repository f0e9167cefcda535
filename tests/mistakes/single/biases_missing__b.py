# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.w1 = nn.Parameter(torch.empty(channel_1, in_channel, 5, 5))
        self.w2 = nn.Parameter(torch.empty(channel_2, channel_1, 3, 3))
        self.w3 = nn.Parameter(torch.empty(num_classes, channel_2 * 32 * 32))
        for w in self.parameters():
            nn.init.kaiming_normal_(w)

    def forward(self, x):
        x = F.relu(F.conv2d(x, self.w1, padding=2))
        x = F.relu(F.conv2d(x, self.w2, padding=1))
        return F.linear(flatten(x), self.w3)
