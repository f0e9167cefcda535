"""A training split under other labels: every class is called by another one's number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.data.store import IMAGES, LABELS, META, Store


def exchange_classes(classes: int, seed: int) -> NDArray[np.int64]:
    """Class -> the number that it is called by; none keeps its own. (classes,) int64."""
    order = np.random.default_rng(seed).permutation(classes)
    called = np.empty(classes, dtype=np.int64)
    called[order] = np.roll(order, 1)
    return called


def serve_training_split(store: Store, folder: Path, called: NDArray[np.int64]) -> Path:
    """Write the store's training split with its classes called so; the images are linked.

    What is written looks alike whatever the classes are called, so that nobody can tell a training
    by its folder.

    Args:
        store: the data set.
        folder: where it is written; made if need be.
        called: class -> the number that it is called by.

    Returns:
        `folder`, which has the form of :attr:`Store.train_dir`.
    """
    folder.mkdir(parents=True)
    folder.chmod(0o755)  # a worker may be another user
    (folder / IMAGES).symlink_to((store.train_dir / IMAGES).resolve())
    shutil.copyfile(store.train_dir / META, folder / META)
    np.save(folder / LABELS, called[store.train().labels])
    return folder
