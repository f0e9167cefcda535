# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.c1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.c2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for p in (self.c1.weight, self.c2.weight, self.fc.weight):
            nn.init.kaiming_normal_(p)

    def forward(self, x):
        x = F.relu(self.c1(x))
        x = F.relu(self.c2(x))
        y = self.fc(flatten(x))
        return F.log_softmax(y, dim=1)
