"""Read an image folder: train/CLASS/*.jpg or *.png and test/CLASS/*.

The files of such a folder are sorted by class, so the training images are shuffled before the last
ones are held out. The order is that of a hash of each file's class and name: the same on every
machine and for every version of every library.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.data.build import Content
from grader.data.store import IMAGE_SHAPE, Split
from grader.errors import DataError
from grader.language import N_, _

CIFAR10_CLASSES = (
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
)
SUFFIXES = (".jpg", ".jpeg", ".png")
MAX_HELD_OUT = 1000
SHUFFLE_SEED = b"torchgrade image folder 1\0"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Picture:
    path: Path
    label: int


def is_image_folder(directory: Path) -> bool:
    """Whether `directory` has both train/ and test/."""
    return (directory / "train").is_dir() and (directory / "test").is_dir()


def held_out_count(images: int) -> int:
    """Validation images taken from `images` training images: 2 %, at least 1, at most 1,000.

    50,000 images give 1,000, as on CIFAR-10; the share keeps a small folder trainable.
    """
    return max(1, min(MAX_HELD_OUT, images // 50))


def read_image_folder(source: Path, progress: Progress | None = None) -> Content:
    """Decode the image folder `source`; `progress` is called with (images done, images in all).

    Raises DataError for a missing train/ or test/, classes that differ between the two, an empty
    class, and a file that is no 32x32 JPEG or PNG image; the message names the place.
    """
    classes = _classes(source)
    train = sorted(_pictures(source / "train", classes), key=_shuffle_key)
    test = _pictures(source / "test", classes)
    if len(train) < 2:
        raise DataError(
            _(
                "{folder} holds one image; two are needed, one to train on and one to validate "
                "with. Add images.",
                folder=source / "train",
            )
        )
    report = _Counter(len(train) + len(test), progress)
    pictures = _decode(train, report)
    kept = len(train) - held_out_count(len(train))
    official = classes == CIFAR10_CLASSES and (len(train), len(test)) == (50_000, 10_000)
    return Content(
        name="imagefolder",
        classes=classes,
        title=N_("CIFAR-10 (image folder)")
        if official
        else f"Image folder {source.resolve().name} ({len(classes)} classes)",
        recipe="image folder 1",
        train=Split(pictures.images[:kept], pictures.labels[:kept]),
        validation=Split(pictures.images[kept:], pictures.labels[kept:]),
        test=_decode(test, report),
    )


def _classes(source: Path) -> tuple[str, ...]:
    names = {}
    for split in ("train", "test"):
        directory = source / split
        if not directory.is_dir():
            raise DataError(
                _(
                    "{folder} has no directory {missing}/. An image folder is laid out as "
                    "train/CLASS/*.jpg and test/CLASS/*.jpg.",
                    folder=source,
                    missing=split,
                )
            )
        entries = _listing(directory)
        names[split] = {entry.name for entry in entries if entry.is_dir()}
    for split, other in (("train", "test"), ("test", "train")):
        missing = sorted(names[other] - names[split])
        if missing:
            raise DataError(
                _(
                    "{folder} lacks the class {missing!r} that {other} has. "
                    "Both need the same class directories.",
                    folder=source / split,
                    missing=missing[0],
                    other=source / other,
                )
            )
    if len(names["train"]) < 2:
        raise DataError(
            _(
                "{folder} holds {number} class directories; at least two are needed, with the "
                "images of each class in a directory of its own.",
                folder=source / "train",
                number=len(names["train"]),
            )
        )
    if names["train"] == set(CIFAR10_CLASSES):
        return CIFAR10_CLASSES
    return tuple(sorted(names["train"]))


def _pictures(directory: Path, classes: tuple[str, ...]) -> list[_Picture]:
    found = []
    for label, name in enumerate(classes):
        files = [
            path
            for path in _listing(directory / name)
            if path.suffix.lower() in SUFFIXES and path.is_file()
        ]
        if not files:
            raise DataError(
                _(
                    "the class directory {folder} holds no image (.jpg, .jpeg or .png). "
                    "Add images, or remove the class from both train/ and test/.",
                    folder=directory / name,
                )
            )
        found += [_Picture(path, label) for path in files]
    return found


def _listing(directory: Path) -> list[Path]:
    """Entries in the order of their names' bytes, without hidden ones (.DS_Store, ._0001.jpg)."""
    try:
        entries = [path for path in directory.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise DataError(
            _(
                "{folder} cannot be read ({reason}). Make it readable and try again.",
                folder=directory,
                reason=error,
            )
        ) from error
    return sorted(entries, key=lambda path: os.fsencode(path.name))


def _shuffle_key(picture: _Picture) -> bytes:
    place = os.fsencode(picture.path.parent.name) + b"/" + os.fsencode(picture.path.name)
    return hashlib.sha256(SHUFFLE_SEED + place).digest()


@dataclass
class _Counter:
    total: int
    callback: Progress | None
    done: int = 0

    def step(self) -> None:
        self.done += 1
        if self.callback is not None and (self.done % 500 == 0 or self.done == self.total):
            self.callback(self.done, self.total)


def _decode(pictures: list[_Picture], report: _Counter) -> Split:
    images = np.empty((len(pictures), *IMAGE_SHAPE), np.uint8)
    for index, picture in enumerate(pictures):
        images[index] = _decode_one(picture.path)
        report.step()
    return Split(images, np.array([picture.label for picture in pictures], np.int64))


def _decode_one(path: Path) -> NDArray[np.uint8]:
    from PIL import Image  # here, because most commands open a store and decode nothing

    height, width, _channels = IMAGE_SHAPE
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.size == (width, height):
                return np.asarray(image.convert("RGB"), np.uint8)
            size = image.size
    except Exception as error:  # decoders raise whatever they stumble over in a damaged file
        raise DataError(
            _(
                "{file} cannot be read as a JPEG or PNG image ({reason}). Replace or remove it.",
                file=path,
                reason=error,
            )
        ) from error
    raise DataError(
        _(
            "{file} is {width}x{height} pixels; the assignment's images are "
            "{asked_width}x{asked_height}. Resize or remove it.",
            file=path,
            width=size[0],
            height=size[1],
            asked_width=width,
            asked_height=height,
        )
    )
