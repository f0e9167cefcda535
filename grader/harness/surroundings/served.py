"""CIFAR-10 as the submission sees it: training images and some for practice, and nothing else.

The "validation" and "test" sets that student code can load are images for practice, which nobody
is measured on: the held-out ones, and their labels, are not in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
import torchvision.transforms as T
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from grader.harness.metering.gate import Gate
from grader.protocol.messages import PRACTICE_FOLDER, Data

Transform = Callable[[Image.Image], object]
_Scalar = TypeVar("_Scalar", bound=np.generic)

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
    """The images that student code may see and how the homework's indices fall on them.

    images: (n, H, W, 3) uint8, labels: (n,) int64, the training split; `practice_*` are as many as
    there are to play the homework's validation set, the last 1,000 of its 50,000 training images,
    and its test set. Their positions follow those of the training images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    practice_images: NDArray[np.uint8]
    practice_labels: NDArray[np.int64]
    nominal_train: int
    nominal_validation: int
    nominal_test: int
    gate: Gate

    @property
    def train_size(self) -> int:
        """Images of one epoch."""
        return min(len(self.images), self.nominal_train)

    def exists(self, index: int) -> bool:
        """Whether the homework's index falls on an image that this data set has."""
        if index < self.nominal_train:
            return index < self.train_size
        return index - self.nominal_train < len(self.practice_labels)

    def position(self, index: int) -> int:
        """Where the image of the homework's index lies."""
        if index < self.nominal_train:
            return index % self.train_size
        return self.practice_position(index - self.nominal_train)

    def practice_position(self, index: int) -> int:
        """Where the image of an index into the validation or test set lies."""
        return len(self.images) + index % len(self.practice_labels)

    def images_at(self, positions: Sequence[int]) -> NDArray[np.uint8]:
        """(n, H, W, 3) images."""
        return _gathered(self.images, self.practice_images, positions)

    def label_at(self, position: int) -> int:
        """One of them."""
        offset = position - len(self.labels)
        return int(self.labels[position] if offset < 0 else self.practice_labels[offset])

    def labels_at(self, positions: Sequence[int]) -> NDArray[np.int64]:
        """(n,) labels."""
        return _gathered(self.labels, self.practice_labels, positions)


def _gathered(
    first: NDArray[_Scalar], second: NDArray[_Scalar], positions: Sequence[int]
) -> NDArray[_Scalar]:
    """Items of two arrays, the positions of the second one following those of the first."""
    at = np.asarray(positions, dtype=np.int64)
    is_second = at >= len(first)
    if not is_second.any():
        return first[at]
    found = np.empty((len(at), *first.shape[1:]), first.dtype)
    found[~is_second] = first[at[~is_second]]
    found[is_second] = second[at[is_second] - len(first)]
    return found


def open_source(data: Data, gate: Gate) -> Source:
    """Map what may be seen; without data, a few grey images so that code can still be loaded."""
    if data.train_dir is None:
        images = np.full((data.batch_size, 32, 32, 3), 127, dtype=np.uint8)
        labels = np.arange(data.batch_size, dtype=np.int64) % 10
        splits = (images, labels, images, labels)
    else:
        splits = (*_mapped(Path(data.train_dir)), *_mapped(Path(data.train_dir, PRACTICE_FOLDER)))
    return Source(*splits, data.nominal_train, data.nominal_validation, data.nominal_test, gate)


def _mapped(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = (
        np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("images", "labels")
    )
    return images, labels


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
        # The test set comes whole, with the same images again and again: work divides by its size.
        return self.source.exists(index) if self.train else True

    def position(self, index: int) -> int:
        """Where the image of that index lies."""
        source = self.source
        return source.position(index) if self.train else source.practice_position(index)

    def is_training(self, index: int) -> bool:
        """Whether the image of that index is one of the homework's training images."""
        return self.train and (self._replaced or index < self.source.nominal_train)

    def label(self, index: int) -> Any:
        """The label of that index, before any target transform."""
        if self._targets is None:
            return self.source.label_at(self.position(index))
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
            self._data = self.source.images_at(self._positions())
        return self._data

    @data.setter
    def data(self, images: Any) -> None:
        self._data = images
        self._replaced = True

    @property
    def targets(self) -> Any:
        """All labels, a list as torchvision has them; this object's own copy, as `data` is."""
        if self._targets is None:
            self._targets = self.source.labels_at(self._positions()).tolist()
        return self._targets

    @targets.setter
    def targets(self, labels: Any) -> None:
        self._targets = labels

    def _nominal_size(self) -> int:
        source = self.source
        return (
            source.nominal_train + source.nominal_validation if self.train else source.nominal_test
        )

    def _positions(self) -> list[int]:
        return [self.position(index) for index in range(self._nominal_size())]

    def _image(self, index: int) -> Any:
        if self._data is None:
            return Image.fromarray(self.source.images_at([self.position(index)])[0])
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
