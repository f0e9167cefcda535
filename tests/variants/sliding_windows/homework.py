"""HW 05: PyTorch on CIFAR-10."""

# ==================================================================================================
# Part I. Preparation
# ==================================================================================================
import numpy as np
import torch
import torch.nn.functional as F
import torchvision.datasets as dset
import torchvision.transforms as T
from torch import nn, optim
from torch.utils.data import DataLoader, sampler

# The first 49,000 of the 50,000 training images are for training, the last 1,000 for validation.
NUM_TRAIN = 49000

# Channel means and standard deviations of CIFAR-10, for pixel values between 0 and 1.
transform = T.Compose(
    [
        T.ToTensor(),
        T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
    ]
)

cifar10_train = dset.CIFAR10("./datasets", train=True, download=True, transform=transform)
loader_train = DataLoader(
    cifar10_train, batch_size=64, sampler=sampler.SubsetRandomSampler(range(NUM_TRAIN))
)

cifar10_val = dset.CIFAR10("./datasets", train=True, download=True, transform=transform)
loader_val = DataLoader(
    cifar10_val, batch_size=64, sampler=sampler.SubsetRandomSampler(range(NUM_TRAIN, 50000))
)

cifar10_test = dset.CIFAR10("./datasets", train=False, download=True, transform=transform)
loader_test = DataLoader(cifar10_test, batch_size=64)

USE_GPU = True
dtype = torch.float32
device = torch.device("cuda" if USE_GPU and torch.cuda.is_available() else "cpu")

# Iterations between two reports of the training loss.
print_every = 100

print("using device:", device)


# ==================================================================================================
# Part II. Barebones PyTorch
# ==================================================================================================
def flatten(x):
    """Turn each example into one row: (N, C, H, W) becomes (N, C * H * W)."""
    N, *_ = x.shape
    return torch.reshape(x, (N, -1))


def test_flatten():
    x = torch.arange(12).view(2, 1, 3, 2)
    print("Before flattening:", x)
    print("After flattening:", flatten(x))


test_flatten()


def two_layer_fc(x, params):
    """Scores of a network of two fully connected layers without biases, with a ReLU in between.

    x: (N, d1, ..., dM) batch; each example has D = d1 * ... * dM numbers.
    params: [w1, w2] of shapes (D, H) and (H, C).
    Returns (N, C) scores.
    """
    w1, w2 = params
    hidden = F.relu(flatten(x).mm(w1))
    return hidden.mm(w2)


def two_layer_fc_test():
    hidden_layer_size = 42
    x = torch.zeros((64, 50), dtype=dtype)
    w1 = torch.zeros((50, hidden_layer_size), dtype=dtype)
    w2 = torch.zeros((hidden_layer_size, 10), dtype=dtype)
    print(two_layer_fc(x, [w1, w2]).size())  # torch.Size([64, 10])


two_layer_fc_test()


def windows(x, height, width):
    """Every window of the images: (N, C, H, W) becomes (N, C, H', W', height, width)."""
    return x.unfold(2, height, 1).unfold(3, width, 1)


def conv(x, w, b, pad):
    padded = F.pad(x, (pad, pad, pad, pad), mode="constant", value=0.0)
    seen = windows(padded, w.shape[2], w.shape[3])
    return torch.einsum("nchwij,fcij->nfhw", seen, w) + b.reshape(-1, 1, 1)


def relu(h):
    return torch.where(h > 0, h, torch.zeros_like(h))


# Question 1
def three_layer_convnet(x, params):
    """Scores of the three-layer ConvNet.

    Convolution with zero padding 2, ReLU, convolution with zero padding 1, ReLU, fully connected
    layer; every layer has a bias. No softmax: the loss function applies it.

    x: (N, 3, H, W) images.
    params: [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b], where
        conv_w1: (channel_1, 3, KH1, KW1) and conv_b1: (channel_1,),
        conv_w2: (channel_2, channel_1, KH2, KW2) and conv_b2: (channel_2,),
        fc_w and fc_b: which shapes they have is for you to find out.
    Returns (N, C) scores.
    """
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    hidden = relu(conv(x, conv_w1, conv_b1, pad=2))
    hidden = relu(conv(hidden, conv_w2, conv_b2, pad=1))
    scores = torch.mm(flatten(hidden), fc_w) + fc_b.expand(len(x), -1)
    return scores


def three_layer_convnet_test():
    x = torch.zeros((64, 3, 32, 32), dtype=dtype)
    conv_w1 = torch.zeros((6, 3, 5, 5), dtype=dtype)
    conv_b1 = torch.zeros((6,))
    conv_w2 = torch.zeros((9, 6, 3, 3), dtype=dtype)
    conv_b2 = torch.zeros((9,))
    fc_w = torch.zeros((9 * 32 * 32, 10))
    fc_b = torch.zeros(10)
    scores = three_layer_convnet(x, [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b])
    print(scores.size())  # torch.Size([64, 10])


three_layer_convnet_test()


def random_weight(shape):
    """A Kaiming-normal weight that asks for its gradient: N(0, 2 / fan_in)."""
    if len(shape) == 2:
        fan_in = shape[0]
    else:
        fan_in = np.prod(shape[1:])
    w = torch.randn(shape, device=device, dtype=dtype) * np.sqrt(2.0 / fan_in)
    w.requires_grad = True
    return w


def zero_weight(shape):
    """A weight of zeros that asks for its gradient; meant for biases."""
    return torch.zeros(shape, device=device, dtype=dtype, requires_grad=True)


print(random_weight((3, 5)))


def check_accuracy_part2(loader, model_fn, params):
    """Print the share of the loader's images that model_fn(x, params) classifies correctly."""
    split = "val" if loader.dataset.train else "test"
    print(f"Checking accuracy on the {split} set")
    num_correct, num_samples = 0, 0
    with torch.no_grad():
        for x, y in loader:
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.int64)
            predictions = model_fn(x, params).argmax(dim=1)
            num_correct += int((predictions == y).sum())
            num_samples += len(y)
    print(f"Got {num_correct} / {num_samples} correct ({100 * num_correct / num_samples:.2f}%)")


def train_part2(model_fn, params, learning_rate):
    """Train for one epoch by plain stochastic gradient descent, changing params in place.

    model_fn: function that computes scores = model_fn(x, params).
    params: list of tensors that ask for their gradients.
    learning_rate: step size.
    """
    for t, (x, y) in enumerate(loader_train):
        x = x.to(device=device, dtype=dtype)
        y = y.to(device=device, dtype=torch.long)

        loss = F.cross_entropy(model_fn(x, params), y)
        loss.backward()

        # The update itself is not to be differentiated.
        with torch.no_grad():
            for w in params:
                w -= learning_rate * w.grad
                w.grad.zero_()

        if t % print_every == 0:
            print(f"Iteration {t}, loss = {loss.item():.4f}")
            check_accuracy_part2(loader_val, model_fn, params)
            print()


# The two-layer network; it gets above 40 % in this one epoch.
hidden_layer_size = 4000
learning_rate = 1e-2

w1 = random_weight((3 * 32 * 32, hidden_layer_size))
w2 = random_weight((hidden_layer_size, 10))

train_part2(two_layer_fc, [w1, w2], learning_rate)

# Question 2
# The ConvNet of Question 1 with 32 filters of 5x5 and 16 filters of 3x3. Draw its weights with
# random_weight and its biases with zero_weight; it should get above 42 %.
learning_rate = 3e-3

channel_1, channel_2 = 32, 16

params = (
    random_weight((channel_1, 3, 5, 5)),
    zero_weight((channel_1,)),
    random_weight((channel_2, channel_1, 3, 3)),
    zero_weight((channel_2,)),
    random_weight((channel_2 * 32 * 32, 10)),
    zero_weight((10,)),
)
train_part2(three_layer_convnet, params, learning_rate)


# ==================================================================================================
# Part III. PyTorch Module API
# ==================================================================================================
class TwoLayerFC(nn.Module):
    """Two fully connected layers with a ReLU in between."""

    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        nn.init.kaiming_normal_(self.fc1.weight)
        self.fc2 = nn.Linear(hidden_size, num_classes)
        nn.init.kaiming_normal_(self.fc2.weight)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(flatten(x))))


def test_TwoLayerFC():
    input_size = 50
    x = torch.zeros((64, input_size), dtype=dtype)
    model = TwoLayerFC(input_size, 42, 10)
    print(model(x).size())  # torch.Size([64, 10])


test_TwoLayerFC()


class KaimingConv2d(nn.Conv2d):
    """A convolution that begins with Kaiming-normal weights."""

    def reset_parameters(self):
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        nn.init.zeros_(self.bias)


class KaimingLinear(nn.Linear):
    """A fully connected layer that begins with Kaiming-normal weights."""

    def reset_parameters(self):
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        nn.init.zeros_(self.bias)


class ThreeLayerConvNet(nn.Module):
    """The ConvNet of Part II as a Module, for images of 32x32 pixels."""

    # Question 3
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        """Make the layers: channel_1 filters of 5x5 with zero padding 2, channel_2 filters of 3x3
        with zero padding 1, a fully connected layer to num_classes. Kaiming-normal weights.
        """
        super().__init__()
        self.conv1 = KaimingConv2d(in_channel, channel_1, kernel_size=5, padding=2)
        self.conv2 = KaimingConv2d(channel_1, channel_2, kernel_size=3, padding=1)
        self.fc = KaimingLinear(channel_2 * 32 * 32, num_classes)

    # Question 4
    def forward(self, x):
        """Connect the layers, with a ReLU after each convolution."""
        return self.fc(flatten(relu(self.conv2(relu(self.conv1(x))))))


def test_ThreeLayerConvNet():
    x = torch.zeros((64, 3, 32, 32), dtype=dtype)
    model = ThreeLayerConvNet(in_channel=3, channel_1=12, channel_2=8, num_classes=10)
    print(model(x).size())  # torch.Size([64, 10])


test_ThreeLayerConvNet()


def check_accuracy_part34(loader, model):
    """Print the share of the loader's images that the model classifies correctly."""
    split = "validation" if loader.dataset.train else "test"
    print(f"Checking accuracy on {split} set")
    num_correct, num_samples = 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.long)
            predictions = model(x).argmax(dim=1)
            num_correct += int((predictions == y).sum())
            num_samples += len(y)
    print(f"Got {num_correct} / {num_samples} correct ({100 * num_correct / num_samples:.2f}%)")


def train_part34(model, optimizer, epochs=1):
    """Train a model for so many epochs with an optimizer of its parameters."""
    model = model.to(device=device)
    for _ in range(epochs):
        for t, (x, y) in enumerate(loader_train):
            # check_accuracy_part34 leaves the model in evaluation mode.
            model.train()
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.long)

            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

            if t % print_every == 0:
                print(f"Iteration {t}, loss = {loss.item():.4f}")
                check_accuracy_part34(loader_val, model)
                print()


# The two-layer network; it gets above 40 % in this one epoch.
hidden_layer_size = 4000
learning_rate = 1e-2
model = TwoLayerFC(3 * 32 * 32, hidden_layer_size, 10)
optimizer = optim.SGD(model.parameters(), lr=learning_rate)

train_part34(model, optimizer)

# Question 5
# Make a ThreeLayerConvNet and an optimizer for it: stochastic gradient descent without momentum.
# It should get above 45 %.
learning_rate = 3e-3
channel_1, channel_2 = 32, 16

model = ThreeLayerConvNet(3, channel_1, channel_2, 10)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.0, nesterov=False)
train_part34(model, optimizer)


# ==================================================================================================
# Part IV. PyTorch Sequential API
# ==================================================================================================
class Flatten(nn.Module):
    """`flatten` as a layer, so that it can stand in nn.Sequential."""

    def forward(self, x):
        return flatten(x)


# The two-layer network; it gets above 40 % in this one epoch.
hidden_layer_size = 4000
learning_rate = 1e-2

model = nn.Sequential(
    Flatten(),
    nn.Linear(3 * 32 * 32, hidden_layer_size),
    nn.ReLU(),
    nn.Linear(hidden_layer_size, 10),
)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)

train_part34(model, optimizer)

# Question 6
# The ConvNet of Part III as an nn.Sequential, trained by stochastic gradient descent with Nesterov
# momentum 0.9. It should get above 55 %.
channel_1, channel_2 = 32, 16
learning_rate = 1e-2

model = nn.Sequential(
    KaimingConv2d(in_channels=3, out_channels=channel_1, kernel_size=5, stride=1, padding=2),
    nn.ReLU(),
    KaimingConv2d(in_channels=channel_1, out_channels=channel_2, kernel_size=3, stride=1, padding=1),
    nn.ReLU(),
    Flatten(),
    KaimingLinear(in_features=channel_2 * 32 * 32, out_features=10, bias=True),
)
optimizer = optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)
train_part34(model, optimizer)

# ==================================================================================================
# Part V. CIFAR-10 open-ended challenge
# ==================================================================================================
# Question 7
# Any network, any optimizer: at least 70 % on the validation images within 10 epochs. Leave the
# test images alone until you have settled on a network.
model = nn.Sequential(
    KaimingConv2d(3, 32, 3, padding=1),
    nn.BatchNorm2d(32),
    nn.ReLU(),
    nn.MaxPool2d(2),
    KaimingConv2d(32, 64, 3, padding=1),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(2),
    KaimingConv2d(64, 64, 3, padding=1),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(2),
    Flatten(),
    nn.Linear(64 * 4 * 4, 10),
)
optimizer = optim.SGD(
    model.parameters(), lr=2e-2, momentum=0.9, nesterov=True, weight_decay=5e-4
)
train_part34(model, optimizer, epochs=10)

best_model = model
check_accuracy_part34(loader_test, best_model)
