"""What a notebook finds before its first cell: the given code, and loaders on the served data."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import torch.utils.data
import torchvision.datasets
import torchvision.transforms as T

from grader.harness.metering.gate import Gate
from grader.harness.recording.recordings import Namespace
from grader.harness.surroundings.feeding import ServedLoader
from grader.harness.surroundings.served import ServedCIFAR10, Source
from grader.protocol.messages import Data

_GIVEN_FILE = Path(__file__).with_name("given.py")
_GIVEN_CODE = compile(_GIVEN_FILE.read_text(encoding="utf-8"), "<given>", "exec")


def first_namespace(source: Source, data: Data, gate: Gate) -> Namespace:
    """The namespace before the first cell; from here on torchvision and torch serve the same data.

    Args:
        source: the images.
        data: how the homework splits and normalizes them.
        gate: what every batch passes.
    """
    dataset = type("CIFAR10", (ServedCIFAR10,), {"source": source})
    torchvision.datasets.CIFAR10 = dataset
    torchvision.datasets.cifar.CIFAR10 = dataset
    loader: type[Any] = type("DataLoader", (ServedLoader,), {"gate": gate})
    torch.utils.data.DataLoader = loader  # type: ignore[misc]  # a class for a class
    torch.utils.data.dataloader.DataLoader = loader  # type: ignore[misc]  # a class for a class
    module = ModuleType("__main__")
    sys.modules["__main__"] = module  # what student code finds there is its own namespace
    namespace = module.__dict__
    exec(_GIVEN_CODE, namespace)
    transform = T.Compose([T.ToTensor(), T.Normalize(data.mean, data.std)])
    train, test = (
        dataset(train=True, transform=transform),
        dataset(train=False, transform=transform),
    )
    end = data.nominal_train + data.nominal_validation
    for name, images, indices in (
        ("loader_train", train, range(data.nominal_train)),
        ("loader_val", train, range(data.nominal_train, end)),
        ("loader_test", test, range(data.nominal_test)),
    ):
        sampler = torch.utils.data.SubsetRandomSampler(indices)
        namespace[name] = loader(images, batch_size=data.batch_size, sampler=sampler)
    return namespace
