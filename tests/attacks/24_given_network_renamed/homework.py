import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


# Part III
# Question 5
class ThreeLayerConvNet(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)
        nn.init.kaiming_normal_(self.fc1.weight)
        nn.init.kaiming_normal_(self.fc2.weight)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


model = ThreeLayerConvNet(3 * 32 * 32, 400, 10)
optimizer = optim.SGD(model.parameters(), lr=1e-2)
train_part34(model, optimizer)
