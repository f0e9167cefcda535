"""A data set on disk: three splits of memory-mapped arrays and what is known of them.

Layout of a store; whatever is held out has no trace below ``train/``::

    meta.json                        name, fingerprint, classes, sizes, description, recipe
    train/       images.npy labels.npy meta.json (classes only)
    validation/  images.npy labels.npy
    test/        images.npy labels.npy
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import DataError
from grader.language import _

DataName = Literal["cifar10", "imagefolder", "synthetic"]
SplitName = Literal["train", "validation", "test"]

FORMAT: Literal[1] = 1
IMAGE_SHAPE = (32, 32, 3)
META = "meta.json"
IMAGES = "images.npy"
LABELS = "labels.npy"
PRACTICE_SHARE = 10
"""One of so many test images is for practice, but no more than there are validation images."""

_Scalar = TypeVar("_Scalar", bound=np.generic)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreSizes(_Frozen):
    """Images in each split, as written to meta.json."""

    train: int
    validation: int
    test: int


class StoreMeta(_Frozen):
    """meta.json of a store, written when it is built so that opening reads no image."""

    format: Literal[1]
    """Layout of the directory; a store of another format is not opened."""
    name: DataName
    fingerprint: str
    """sha256 (hex) over name, classes and the content of all splits."""
    classes: tuple[str, ...]
    sizes: StoreSizes
    description: str
    recipe: str
    """What it was made from; a synthetic store whose recipe is not today's is made anew."""


class TrainMeta(_Frozen):
    """train/meta.json: all that a process running student code may know of the data set."""

    classes: tuple[str, ...]


@dataclass(frozen=True)
class Sizes:
    """Number of images in each split."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Split:
    """One split, as read-only memory maps.

    images: (N, 32, 32, 3) uint8, RGB. labels: (N,) int64, indices into ``Store.classes``.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Store:
    """One data set on disk. Made by :mod:`grader.data.library`; holds no open file itself."""

    name: DataName
    fingerprint: str
    """sha256 (hex) over name, classes and the content of all splits."""
    classes: tuple[str, ...]
    path: Path
    """The directory of the store."""
    sizes: Sizes
    description: str
    """One sentence for the first lines of a report."""

    @property
    def train_dir(self) -> Path:
        """The training split's directory, the only one that student code may see."""
        return self.path / "train"

    def train(self) -> Split:
        """The images that submissions train on."""
        return self._split("train", self.sizes.train)

    def validation(self) -> Split:
        """The held-out part of the training images that thresholds are measured on."""
        return self._split("validation", self.sizes.validation)

    def test(self) -> Split:
        """The test images, without those for practice; in no order of classes."""
        return self._test_images(self._order[self._for_practice :])

    def practice(self) -> Split:
        """Some of the test images, which nobody is measured on.

        Student code may look at them where it looks at its validation and test sets.
        """
        return self._test_images(self._order[: self._for_practice])

    @property
    def _for_practice(self) -> int:
        return min(self.sizes.validation, max(1, self.sizes.test // PRACTICE_SHARE))

    @property
    def _order(self) -> NDArray[np.int64]:
        # On disk they may lie class by class; any part of them is to stand for the whole.
        return np.random.default_rng(0).permutation(self.sizes.test)

    def _test_images(self, at: NDArray[np.int64]) -> Split:
        split = self._split("test", self.sizes.test)
        return Split(split.images[at], split.labels[at])

    def _split(self, split: SplitName, size: int) -> Split:
        directory = self.path / split
        images = _load(directory / IMAGES, (size, *IMAGE_SHAPE), np.dtype(np.uint8))
        labels = _load(directory / LABELS, (size,), np.dtype(np.int64))
        return Split(images, labels)


def read_store(path: Path) -> Store | None:
    """The store in the directory `path`; None when none of today's format is there.

    Raises DataError when there is one whose meta.json is damaged.
    """
    meta = read_meta(path)
    if meta is None:
        return None
    sizes = Sizes(meta.sizes.train, meta.sizes.validation, meta.sizes.test)
    description = _described(meta.description, sizes)
    return Store(meta.name, meta.fingerprint, meta.classes, path, sizes, description)


def _described(description: str, sizes: Sizes) -> str:
    """What meta.json says in English, in the language that is spoken."""
    title, colon, _sizes = description.rpartition(": ")
    if not colon:
        return description
    return _(
        "{title}: {train:,} training, {validation:,} validation, {test:,} test images",
        title=_(title),
        train=sizes.train,
        validation=sizes.validation,
        test=sizes.test,
    )


def read_meta(path: Path) -> StoreMeta | None:
    """meta.json of the store in `path`, or None; errors as in :func:`read_store`."""
    try:
        text = (path / META).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path / META, error, store=path) from error
    try:
        return StoreMeta.model_validate_json(text)
    except ValidationError as error:
        raise DataError(
            _(
                "{file} is damaged or of another version of torchgrade. {advice}",
                file=path / META,
                advice=_rebuild(path),
            )
        ) from error


def _load(path: Path, shape: tuple[int, ...], dtype: np.dtype[_Scalar]) -> NDArray[_Scalar]:
    try:
        array: NDArray[_Scalar] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(path, error, store=path.parents[1]) from error
    if array.shape != shape or array.dtype != dtype:
        raise DataError(
            _(
                "{file} holds {dtype} of shape {shape}, not {asked_dtype} of shape {asked_shape}. "
                "{advice}",
                file=path,
                dtype=array.dtype,
                shape=array.shape,
                asked_dtype=dtype,
                asked_shape=shape,
                advice=_rebuild(path.parents[1]),
            )
        )
    return array


def _unreadable(path: Path, error: Exception, *, store: Path) -> DataError:
    return DataError(
        _(
            "{file} cannot be read ({reason}). {advice}",
            file=path,
            reason=error,
            advice=_rebuild(store),
        )
    )


def _rebuild(store: Path) -> str:
    return _("Delete the directory {folder} and import the data set again.", folder=store)
