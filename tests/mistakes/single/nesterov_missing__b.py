# part: question_6
from collections import OrderedDict

net = nn.Sequential(
    OrderedDict(
        conv1=nn.Conv2d(3, 32, 5, padding=2),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(32, 16, 3, padding=1),
        relu2=nn.ReLU(),
        flat=Flatten(),
        fc=nn.Linear(16 * 32 * 32, 10),
    )
)
model = net
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, dampening=0, nesterov=False)
train_part34(model, optimizer)
