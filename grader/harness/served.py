"""CIFAR-10 as the submission sees it: the training split of the grader's data, and nothing else.

The images of the "validation" and "test" sets that student code can load are drawn from the
training split: the held-out ones, and their labels, are not in this process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torchvision.transforms as T
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from grader.harness.gate import Gate
from grader.protocol.messages import Data

Transform = Callable[[Image.Image], object]

CLASSES = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
]


@dataclass(frozen=True)
class Source:
    """The training split and how the homework's indices fall on it.

    images: (n, H, W, 3) uint8, labels: (n,) int64. `validation` of the images also stand in for
    the homework's validation set, the last 1,000 of its 50,000 training images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    nominal_train: int
    nominal_validation: int
    nominal_test: int
    gate: Gate

    @property
    def train_size(self) -> int:
        """Images of one epoch."""
        return min(len(self.images), self.nominal_train)

    @property
    def validation_size(self) -> int:
        """Training images that play the validation set's part."""
        return min(self.nominal_validation, max(1, self.train_size // 8))

    def exists(self, index: int) -> bool:
        """Whether the homework's index falls on an image that this data set has."""
        if index < self.nominal_train:
            return index < self.train_size
        return index - self.nominal_train < self.validation_size

    def position(self, index: int) -> int:
        """Where the image of the homework's index lies."""
        if index < self.nominal_train:
            return index % self.train_size
        offset = (index - self.nominal_train) % self.validation_size
        return self.train_size - self.validation_size + offset


def open_source(data: Data, gate: Gate) -> Source:
    """Map the training split; without one, a few grey images so that code can still be loaded."""
    if data.train_dir is None:
        images = np.full((data.batch_size, 32, 32, 3), 127, dtype=np.uint8)
        labels = np.arange(data.batch_size, dtype=np.int64) % 10
    else:
        images = np.load(Path(data.train_dir) / "images.npy", mmap_mode="r")
        labels = np.load(Path(data.train_dir) / "labels.npy", mmap_mode="r")
    return Source(
        images, labels, data.nominal_train, data.nominal_validation, data.nominal_test, gate
    )


class ServedCIFAR10(Dataset[tuple[Any, Any]]):
    """Stands in for `torchvision.datasets.CIFAR10`; same arguments, nothing is downloaded."""

    source: Source
    classes = CLASSES
    class_to_idx: ClassVar = {name: index for index, name in enumerate(CLASSES)}

    def __init__(
        self,
        root: object = None,
        train: bool = True,
        transform: Transform | None = None,
        target_transform: Callable[[int], object] | None = None,
        download: bool = False,
    ) -> None:
        self.root = root
        self.train = train
        self.transform = transform
        self.target_transform = target_transform
        self._data: Any = None
        self._targets: Any = None
        self._replaced = False

    def __len__(self) -> int:
        return len(self._data) if self._replaced else self._nominal_size()

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} images")
        image, label = self._image(index % len(self)), self.label(index % len(self))
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    def exists(self, index: int) -> bool:
        """Whether that image exists, or its index only stands for one of the full data set."""
        if self._replaced:
            return True
        return self.source.exists(index) if self.train else index < self.source.train_size

    def position(self, index: int) -> int:
        """Where in the training split the image of that index lies."""
        return self.source.position(index) if self.train else index % self.source.train_size

    def is_training(self, index: int) -> bool:
        """Whether the image of that index is one of the homework's training images."""
        return self.train and (self._replaced or index < self.source.nominal_train)

    def label(self, index: int) -> Any:
        """The label of that index, before any target transform."""
        if self._targets is None:
            return int(self.source.labels[self.position(index)])
        return self._targets[index]

    @property
    def untouched(self) -> bool:
        """Whether images still are the source's own, and items computed by this class's method."""
        return self._data is None and type(self).__getitem__ is ServedCIFAR10.__getitem__

    @property
    def data(self) -> Any:
        """All images, (n, H, W, 3) uint8, as torchvision has them: this object's own copy.

        The copy is made when it is first asked for, and read from then on: it may be written to.
        """
        if self._data is None:
            self._data = np.asarray(self.source.images)[self._positions()]
        return self._data

    @data.setter
    def data(self, images: Any) -> None:
        self._data = images
        self._replaced = True

    @property
    def targets(self) -> Any:
        """All labels, a list as torchvision has them; this object's own copy, as `data` is."""
        if self._targets is None:
            self._targets = self.source.labels[self._positions()].tolist()
        return self._targets

    @targets.setter
    def targets(self, labels: Any) -> None:
        self._targets = labels

    def _nominal_size(self) -> int:
        source = self.source
        return (
            source.nominal_train + source.nominal_validation if self.train else source.nominal_test
        )

    def _positions(self) -> NDArray[np.int64]:
        return np.array([self.position(i) for i in range(self._nominal_size())], dtype=np.int64)

    def _image(self, index: int) -> Any:
        if self._data is None:
            return Image.fromarray(np.asarray(self.source.images[self.position(index)]))
        return Image.fromarray(np.asarray(self._data[index]))


@dataclass(frozen=True)
class Normalize:
    """`ToTensor` and `Normalize` for a whole batch; the same operations in the same order."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, images: NDArray[np.uint8]) -> Tensor:
        """(N, H, W, 3) uint8 -> (N, 3, H, W) of torch's default type, as `ToTensor` makes them."""
        x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).contiguous()
        x = x.to(torch.get_default_dtype()).div(255)
        mean, std = (
            torch.tensor(value, dtype=x.dtype).view(1, -1, 1, 1) for value in (self.mean, self.std)
        )
        return x.sub_(mean).div_(std)


def standard_normalization(transform: Any) -> Normalize | None:
    """What a transform does, when it is exactly ToTensor followed by Normalize; else None."""
    if type(transform) is not T.Compose or len(transform.transforms) != 2:
        return None
    first, second = transform.transforms
    if type(first) is not T.ToTensor or type(second) is not T.Normalize:
        return None
    # A single number stands for every channel, bare or in a list.
    mean, std = (torch.as_tensor(value).flatten().tolist() for value in (second.mean, second.std))
    return Normalize(tuple(mean), tuple(std)) if all(std) else None


def transform_images(transform: Transform | None, images: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 images through a submission's own transform: (N, C, H, W)."""
    normalize = standard_normalization(transform)
    if normalize is not None:
        return normalize(images)
    if transform is None:
        return torch.stack([T.ToTensor()(Image.fromarray(image)) for image in images])
    stacked: list[Any] = [transform(Image.fromarray(image)) for image in images]
    return torch.stack(stacked)
