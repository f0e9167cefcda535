"""HW 05: PyTorch on CIFAR-10."""

# ==================================================================================================
# Part I. Preparation
# ==================================================================================================
import functools

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
    return torch.vmap(lambda example: example.reshape(-1))(x)


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


def scores_of_image(image, params):
    """Scores of one (3, H, W) image."""
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.relu(F.conv2d(image, conv_w1, conv_b1, padding=2))
    h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))
    return h.reshape(-1) @ fc_w + fc_b


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
    return torch.vmap(functools.partial(scores_of_image, params=params))(x)


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


def layer(*shape, outputs):
    """Weights and biases of a layer."""
    return [random_weight(shape), zero_weight((outputs,))]


params = [
    *layer(32, 3, 5, 5, outputs=32),
    *layer(16, 32, 3, 3, outputs=16),
    *layer(16 * 32 * 32, 10, outputs=10),
]
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


class ThreeLayerConvNet(nn.Module):
    """The ConvNet of Part II as a Module, for images of 32x32 pixels."""

    # Question 3
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        """Make the layers: channel_1 filters of 5x5 with zero padding 2, channel_2 filters of 3x3
        with zero padding 1, a fully connected layer to num_classes. Kaiming-normal weights.
        """
        super().__init__()
        shapes = [
            (channel_1, in_channel, 5, 5),
            (channel_2, channel_1, 3, 3),
            (num_classes, channel_2 * 32 * 32),
        ]
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(shape)) for shape in shapes])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(shape[0])) for shape in shapes])
        for weight in self.weights:
            nn.init.kaiming_normal_(weight)

    # Question 4
    def forward(self, x):
        """Connect the layers, with a ReLU after each convolution."""
        *filters, fc_w = self.weights
        *offsets, fc_b = self.biases
        for w, b in zip(filters, offsets):
            x = F.relu(F.conv2d(x, w, b, padding=w.shape[-1] // 2))
        scores = F.linear(x.flatten(1), fc_w, fc_b)
        return scores


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
make_optimizer = functools.partial(optim.SGD, lr=3e-3)

model = ThreeLayerConvNet(3, 32, 16, 10)
optimizer = make_optimizer(model.parameters())
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
make_optimizer = functools.partial(optim.SGD, lr=1e-2, momentum=0.9, nesterov=True)

model = nn.Sequential(
    nn.Conv2d(3, 32, 5, padding=2),
    nn.ReLU(),
    nn.Conv2d(32, 16, 3, padding=1),
    nn.ReLU(),
    nn.Flatten(start_dim=1),
    nn.Linear(16 * 32 * 32, 10),
)
optimizer = make_optimizer(model.parameters())
train_part34(model, optimizer)

# ==================================================================================================
# Part V. CIFAR-10 open-ended challenge
# ==================================================================================================
# Question 7
# Any network, any optimizer: at least 70 % on the validation images within 10 epochs. Leave the
# test images alone until you have settled on a network.
conv3x3 = functools.partial(nn.Conv2d, kernel_size=3, padding=1)

model = nn.Sequential(
    conv3x3(3, 32),
    nn.BatchNorm2d(32),
    nn.ReLU(),
    nn.MaxPool2d(2),
    conv3x3(32, 64),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(2),
    conv3x3(64, 64),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(64 * 4 * 4, 10),
)
make_optimizer = functools.partial(optim.Adam, lr=1e-3)
optimizer = make_optimizer(model.parameters())
train_part34(model, optimizer, epochs=10)

best_model = model
check_accuracy_part34(loader_test, best_model)
