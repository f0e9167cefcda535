"""Write a store so that it is either whole or absent, whoever else builds and whatever breaks off.

Theory of operation. A store is written into a temporary directory beside its target, every file and
directory is fsynced, and one rename puts it in place. A lock file beside the target lets only one
process build it; the lock belongs to the kernel, so a killed builder frees it. Whoever holds the
lock may therefore delete temporary directories of that store: their makers are dead. Readers take
no lock: they see the old directory, or the new one. A memory map that is open while its store is
replaced keeps the old content.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np

from grader.data.store import (
    FORMAT,
    IMAGE_SHAPE,
    IMAGES,
    LABELS,
    META,
    DataName,
    Split,
    Store,
    StoreMeta,
    StoreSizes,
    TrainMeta,
    read_store,
)
from grader.errors import DataError
from grader.language import _

LOCK_SECONDS = 900.0
"""How long to wait for another builder: 30 times what decoding 60,000 JPEGs takes on one core."""


@dataclass(frozen=True)
class Content:
    """A data set in memory, before it is a store."""

    name: DataName
    classes: tuple[str, ...]
    title: str
    """What it is, without the sizes: ``CIFAR-10 (image folder)``."""
    recipe: str
    train: Split
    validation: Split
    test: Split


@contextmanager
def building(home: Path, name: DataName) -> Iterator[None]:
    """Hold the right to build the store `name` below `home`.

    Raises DataError when `home` cannot be made or another process keeps the lock too long.
    """
    lock_path = home / f".{name}.lock"
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(lock_path, timeout=LOCK_SECONDS)
        lock.acquire()
    except filelock.Timeout as error:
        raise DataError(
            _(
                "another process has been building the {name} data set for {seconds:.0f} seconds "
                "(it holds {file}). Wait for it or end it, then try again.",
                name=name,
                seconds=LOCK_SECONDS,
                file=lock_path,
            )
        ) from error
    except OSError as error:
        raise _unwritable(home, error) from error
    try:
        _sweep(home, name)
        yield
    finally:
        lock.release()


@contextmanager
def scratch_directory(home: Path, name: DataName) -> Iterator[Path]:
    """A directory below `home` for the time of a build; left by a killed one, the next removes it.

    Use it inside :func:`building`. Raises DataError when it cannot be made.
    """
    try:
        scratch = tempfile.mkdtemp(prefix=_prefix(name), dir=home)
    except OSError as error:
        raise _unwritable(home, error) from error
    try:
        yield Path(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_store(home: Path, content: Content) -> Store:
    """Write `content` as the store ``home/NAME``, in the place of an older one.

    Call it inside :func:`building`. Raises DataError when the disk is full or not writable.
    """
    target = home / content.name
    with scratch_directory(home, content.name) as scratch:
        try:
            _write_files(scratch / "new", content)
            if target.exists():
                target.rename(scratch / "old")
            (scratch / "new").rename(target)
            _sync(home)
        except OSError as error:
            raise _unwritable(target, error) from error
    store = read_store(target)
    if store is None:
        raise DataError(
            _("{folder} vanished while it was written. Import the data set again.", folder=target)
        )
    return store


def fingerprint(content: Content) -> str:
    """sha256 (hex) over name, classes, and shape and bytes of every array."""
    digest = hashlib.sha256(repr((content.name, content.classes)).encode())
    for split in (content.train, content.validation, content.test):
        for array in (split.images, split.labels.astype("<i8")):
            digest.update(f"{array.shape} {array.dtype.str}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _write_files(draft: Path, content: Content) -> None:
    sizes = StoreSizes(
        train=len(content.train), validation=len(content.validation), test=len(content.test)
    )
    meta = StoreMeta(
        format=FORMAT,
        name=content.name,
        fingerprint=fingerprint(content),
        classes=content.classes,
        sizes=sizes,
        description=f"{content.title}: {sizes.train:,} training, {sizes.validation:,} validation, "
        f"{sizes.test:,} test images",
        recipe=content.recipe,
    )
    draft.mkdir()
    splits = {"train": content.train, "validation": content.validation, "test": content.test}
    for name, split in splits.items():
        _write_split(draft / name, split)
    _write_text(draft / "train" / META, TrainMeta(classes=content.classes).model_dump_json())
    _sync(draft / "train")
    _write_text(draft / META, meta.model_dump_json(indent=1))
    _sync(draft)


def _write_split(directory: Path, split: Split) -> None:
    if split.images.shape != (len(split), *IMAGE_SHAPE):
        raise ValueError(f"images of shape {split.images.shape} for {len(split)} labels")
    directory.mkdir()
    for path, array in ((directory / IMAGES, split.images), (directory / LABELS, split.labels)):
        with path.open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
    _sync(directory)


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prefix(name: DataName) -> str:
    return f".building-{name}-"


def _sweep(home: Path, name: DataName) -> None:
    for left in home.glob(f"{_prefix(name)}*"):
        shutil.rmtree(left, ignore_errors=True)


def _unwritable(place: Path, error: OSError) -> DataError:
    return DataError(
        _(
            "the data set cannot be written to {folder} ({reason}). Free some space (CIFAR-10 "
            "takes 190 MB) or make the directory writable, or name another with TORCHGRADE_DATA or "
            "--data-root.",
            folder=place,
            reason=error,
        )
    )
