# part: ThreeLayerConvNet
# begins: relu_1, sizes
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channel, channel_1, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(channel_1, channel_2, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Linear(channel_2 * 8 * 8, num_classes)
        for m in (self.features[0], self.features[3], self.classifier):
            nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))
