"""CIFAR-10 as the submission sees it: the training split of the grader's data, and nothing else.

The images of the "validation" and "test" sets that student code can load are drawn from the
training split: the held-out ones, and their labels, are not in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torchvision.transforms as T
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Subset
from torch.utils.data.dataloader import default_collate

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

    def __len__(self) -> int:
        source = self.source
        return (
            source.nominal_train + source.nominal_validation if self.train else source.nominal_test
        )

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range for {len(self)} images")
        position = self.position(index % len(self))
        image: Any = Image.fromarray(np.asarray(self.source.images[position]))
        label: Any = int(self.source.labels[position])
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return image, label

    def exists(self, index: int) -> bool:
        """Whether that image exists, or its index only stands for one of the full data set."""
        return self.source.exists(index) if self.train else index < self.source.train_size

    def position(self, index: int) -> int:
        """Where in the training split the image of that index lies."""
        return self.source.position(index) if self.train else index % self.source.train_size

    @property
    def data(self) -> NDArray[np.uint8]:
        """All images, (n, H, W, 3) uint8, as torchvision has them."""
        return np.asarray(self.source.images)

    @property
    def targets(self) -> list[int]:
        """All labels."""
        return [int(label) for label in self.source.labels]


class ServedLoader(DataLoader[Any]):
    """`DataLoader` whose served batches pass the gate; other data sets are loaded as ever."""

    def __init__(self, dataset: Dataset[Any], *args: Any, **keywords: Any) -> None:
        # Worker processes could not be started here, and would not be metered.
        for name in ("num_workers", "persistent_workers", "prefetch_factor", "pin_memory"):
            keywords.pop(name, None)
        super().__init__(dataset, *args[:5], **keywords)

    def __iter__(self) -> Any:
        served = served_dataset(self.dataset)
        if served is None or self.batch_size is None:
            return super().__iter__()
        return served.source.gate.policy.pass_batches(
            self._batches(served), self.batch_size, training=self._draws_training_images(served)
        )

    def __len__(self) -> int:
        served = served_dataset(self.dataset)
        if served is None or self.batch_size is None:
            return super().__len__()
        images = sum(1 for _ in self._existing(served, self._all_indices()))
        return images // self.batch_size if self.drop_last else -(-images // self.batch_size)

    def _batches(self, served: ServedCIFAR10) -> Iterator[Any]:
        fast = self.dataset is served and self.collate_fn is default_collate
        normalize = standard_normalization(served.transform) if fast else None
        batch: list[int] = []
        for index in self._existing(served, self.sampler):
            batch.append(index)
            if len(batch) == self.batch_size:
                yield self._collate(served, batch, normalize)
                batch = []
        if batch and not self.drop_last:
            yield self._collate(served, batch, normalize)

    def _collate(self, served: ServedCIFAR10, batch: list[int], normalize: Normalize | None) -> Any:
        if normalize is None or served.target_transform is not None:
            return self.collate_fn([self.dataset[index] for index in batch])
        positions = [served.position(index) for index in batch]
        labels = torch.from_numpy(served.source.labels[positions])
        return [normalize(served.source.images[positions]), labels]

    def _existing(self, served: ServedCIFAR10, indices: Any) -> Iterator[int]:
        for index in indices:
            if served.exists(_root_index(self.dataset, index)):
                yield index

    def _all_indices(self) -> Sequence[int]:
        indices = getattr(self.sampler, "indices", None)
        return indices if indices is not None else range(len(self.dataset))  # type: ignore[arg-type]

    def _draws_training_images(self, served: ServedCIFAR10) -> bool:
        if not served.train:
            return False
        first = next(iter(self._all_indices()), None)
        return first is not None and _root_index(self.dataset, first) < served.source.nominal_train


@dataclass(frozen=True)
class Normalize:
    """`ToTensor` and `Normalize` for a whole batch; the same operations in the same order."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, images: NDArray[np.uint8]) -> Tensor:
        """(N, H, W, 3) uint8 -> (N, 3, H, W) float32."""
        x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).contiguous()
        x = x.to(torch.float32).div(255)
        shape = (1, len(self.mean), 1, 1)
        return x.sub_(torch.tensor(self.mean).view(shape)).div_(torch.tensor(self.std).view(shape))


def standard_normalization(transform: Any) -> Normalize | None:
    """What a transform does, when it is exactly ToTensor followed by Normalize; else None."""
    if type(transform) is not T.Compose or len(transform.transforms) != 2:
        return None
    first, second = transform.transforms
    if type(first) is not T.ToTensor or type(second) is not T.Normalize:
        return None
    return Normalize(tuple(map(float, second.mean)), tuple(map(float, second.std)))


def transform_images(transform: Transform | None, images: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 images through a submission's own transform: (N, C, H, W)."""
    normalize = standard_normalization(transform)
    if normalize is not None:
        return normalize(images)
    if transform is None:
        return torch.stack([T.ToTensor()(Image.fromarray(image)) for image in images])
    stacked: list[Any] = [transform(Image.fromarray(image)) for image in images]
    return torch.stack(stacked)


def served_dataset(dataset: object) -> ServedCIFAR10 | None:
    """The served data set behind any number of `Subset`s, or None."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    return dataset if isinstance(dataset, ServedCIFAR10) else None


def _root_index(dataset: object, index: int) -> int:
    while isinstance(dataset, Subset):
        index = dataset.indices[index]
        dataset = dataset.dataset
    return int(index)
