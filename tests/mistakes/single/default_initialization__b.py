# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.c1 = nn.Conv2d(in_channel, channel_1, kernel_size=(5, 5), padding=(2, 2))
        self.c2 = nn.Conv2d(channel_1, channel_2, kernel_size=(3, 3), padding=(1, 1))
        self.act = nn.ReLU()
        self.out = nn.Linear(channel_2 * 32 * 32, num_classes)
        for m in (self.c1, self.c2, self.out):
            nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.act(self.c1(x))
        x = self.act(self.c2(x))
        return self.out(flatten(x))
