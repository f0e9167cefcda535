# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        with torch.no_grad():
            for layer in self.children():
                fan_in = layer.weight[0].numel()
                layer.weight.copy_(torch.rand_like(layer.weight) * np.sqrt(2.0 / fan_in))
                layer.bias.zero_()

    def forward(self, x):
        a1 = torch.relu(self.conv1(x))
        a2 = torch.relu(self.conv2(a1))
        return self.fc(torch.flatten(a2, start_dim=1))
