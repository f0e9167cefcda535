"""Held-out images look to a model as its training images do."""

from __future__ import annotations

import pytest

NET = """
import torch
import torch.nn.functional as F
import torchvision.datasets as dset
import torchvision.transforms as T
from torch import nn, optim
from torch.utils.data import DataLoader, Subset, TensorDataset

class Net(nn.Module):
    def __init__(self, side=32):
        super().__init__()
        self.fc = nn.Linear(3 * side * side, 10)

    def forward(self, x):
        self.last = x
        return self.fc(x.flatten(1))

model = Net()
optimizer = optim.SGD(model.parameters(), lr=1e-4)

def fit(loader):
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

half = T.Compose([T.ToTensor(), T.Normalize((0.5,) * 3, (0.5,) * 3)])
odd = T.Compose([T.ToTensor(), T.Normalize((0.1,) * 3, (0.2,) * 3)])
"""
PROBE = """
import numpy as np, torch
from grader.harness.metering.gate import Meter, Rehearsal, StopTraining
from grader.harness.predicting import Predictions
recording = list(loaded.recorder.recordings.values())[-1]
predictions = Predictions(loaded, gate)
images = np.stack([np.full((32, 32, 3), level, dtype=np.uint8) for level in (0, 255)])
def shown():
    recording.model.eval()
    with torch.no_grad():
        predictions.scores(recording, images)
    x = recording.model.last
    return [len(x[0, 0]), *[round(float(value), 1) for value in x[:, 0, 5, 5]]]
before = shown()
meter = Meter(budget=1, epoch=256, batch=64, pauses_per_epoch=1, on_pause=lambda: None)
gate.policy, loaded.recorder.rehearsing = meter, False
watch.begin()
watch.seen = recording.seen
try:
    recording.carry_out()
except StopTraining:
    pass
answer = [before, shown()]
"""
USUAL, HALF, ODD, PLAIN = [32, -2.0, 2.0], [32, -1.0, 1.0], [32, -0.5, 4.5], [32, 0.0, 1.0]


def shown_after(load, source: str) -> list[list[float]]:
    """Size, and what becomes of black and of white: before training and after it."""
    outcome = load(NET + source, probe=PROBE)
    assert outcome.errors == ()
    return outcome.answer


def data(transform: str, indices: str = "range(49000)") -> str:
    return f"Subset(dset.CIFAR10('.', train=True, download=True, transform={transform}), {indices})"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("fit(loader_train)", USUAL),
        (f"trainloader = DataLoader({data('odd')}, batch_size=64)\nfit(trainloader)", ODD),
        (f"def main():\n    fit(DataLoader({data('odd')}, batch_size=64))\nmain()", ODD),
        (
            "chance = T.Compose([T.RandomCrop(32, padding=4), *odd.transforms])\n"
            f"trainloader = DataLoader({data('chance')}, batch_size=64)\nfit(trainloader)",
            ODD,
        ),
        ("fit([(x * 0.25 + 0.5, y) for x, y in loader_train])", PLAIN),
        ("fit([(x * 1.25 + 2, y) for x, y in loader_train])", [32, -0.5, 4.5]),
        (
            "lam = 0.5\nfit([(lam * x + (1 - lam) * x.flip(0), y) for x, y in loader_train])",
            USUAL,
        ),
    ],
    ids=["usual", "own-loader", "in-a-function", "augmented", "tensors", "by-hand", "mixup"],
)
def test_images_are_shown_as_an_own_loop_shows_them(load, source, expected) -> None:
    assert shown_after(load, source) == [expected, expected]


CHANCES = {
    "torchvision": "[T.RandomCrop(32, padding=4), T.RandomHorizontalFlip(), *odd.transforms]",
    "nested": "[T.Compose([T.RandomCrop(32, padding=4), T.ToTensor()]), odd.transforms[1]]",
    "own": "[lambda image: cut(image), *odd.transforms]",
    "seldom": "[T.RandomRotation(30), *odd.transforms, T.RandomErasing(p=0.02)]",
    "enlarged": "[T.Resize(40), T.RandomCrop(32), *odd.transforms]",
    "inverted": "[T.RandomInvert(p=1.0), T.RandomInvert(p=1.0), T.RandomCrop(32, padding=4), "
    "*odd.transforms]",
}
CUT = """
import random
def cut(image):
    return T.functional.affine(image, 0, (random.randint(-6, 6), random.randint(-6, 6)), 1.0, (0,))
"""


@pytest.mark.parametrize("chance", list(CHANCES.values()), ids=list(CHANCES))
@pytest.mark.parametrize("compose", ["T", "v2"])
def test_an_augmentation_is_left_out_of_what_is_measured(load, chance, compose) -> None:
    """Its black corners are far from everything calm, so that it alone comes near."""
    source = (
        f"{CUT}from torchvision.transforms import v2\n"
        f"chance = {compose}.Compose({chance})\n"
        f"trainloader = DataLoader({data('chance')}, batch_size=64)\nfit(trainloader)"
    )
    corners = PROBE.replace(
        "    x = recording.model.last\n"
        "    return [len(x[0, 0]), *[round(float(value), 1) for value in x[:, 0, 5, 5]]]\n",
        "    x = recording.model.last[:, 0]\n"
        "    return [sorted({round(float(v), 1) for v in one.flatten()}) for one in x]\n",
    )
    outcome = load(NET + source, probe=corners)
    assert outcome.errors == ()
    assert outcome.answer == [[[-0.5], [4.5]]] * 2


def test_a_step_that_is_random_in_name_alone_is_no_augmentation(load) -> None:
    """There is no other class that inverts."""
    source = (
        "inverted = T.Compose([T.RandomInvert(p=1.0), *odd.transforms])\n"
        f"trainloader = DataLoader({data('inverted')}, batch_size=64)\nfit(trainloader)"
    )
    assert shown_after(load, source) == [[32, 4.5, -0.5]] * 2


def test_a_compose_of_the_student_s_own_can_be_looked_into(load) -> None:
    source = (
        "class Compose:\n"
        "    def __init__(self, size, odd):\n"
        "        self.transforms = [T.RandomCrop(size, 4), *odd.transforms]\n"
        "    def __call__(self, image):\n"
        "        for step in self.transforms:\n"
        "            image = step(image)\n"
        "        return image\n"
        "chance = Compose(32, odd)\n"
        f"trainloader = DataLoader({data('chance')}, batch_size=64)\nfit(trainloader)"
    )
    assert shown_after(load, source) == [ODD] * 2


def test_images_of_another_size_are_made(load) -> None:
    answer = shown_after(
        load,
        "large = T.Compose([T.Resize(48), *half.transforms])\nmodel = Net(48)\n"
        "optimizer = optim.SGD(model.parameters(), lr=1e-4)\n"
        f"loader = DataLoader({data('large')}, batch_size=64)\nfit(loader)",
    )
    assert answer == [[48, -1.0, 1.0]] * 2


def test_before_a_training_function_runs_its_loader_tells(load) -> None:
    answer = shown_after(
        load,
        "x = torch.cat([x for x, y in loader_train]) * 0.25 + 0.5\n"
        "y = torch.cat([y for x, y in loader_train])\n"
        "loader_train = DataLoader(TensorDataset(x, y), batch_size=64)\n"
        "loader_val = DataLoader(TensorDataset(x, y), batch_size=64)\n"
        "train_part34(model, optimizer)",
    )
    assert answer == [PLAIN, PLAIN]


def test_before_an_own_training_function_runs_a_transform_is_found_that_the_model_takes(
    load,
) -> None:
    before, after = shown_after(
        load,
        "large = T.Compose([T.Resize(48), *odd.transforms])\nmodel = Net(48)\n"
        f"val_dl = DataLoader({data('large')}, batch_size=64)\n"
        "optimizer = optim.SGD(model.parameters(), lr=1e-4)\n"
        "def train_part34(model, optimizer):\n    fit(val_dl)\n"
        "train_part34(model, optimizer)",
    )
    assert before == after == [48, -0.5, 4.5]
