"""A training split under other labels: every class is called by another one's number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.data.store import IMAGES, LABELS, META, Store
from grader.protocol.messages import PRACTICE_FOLDER


def exchange_classes(classes: int, seed: int) -> NDArray[np.int64]:
    """Class -> the number that it is called by; none keeps its own. (classes,) int64."""
    order = np.random.default_rng(seed).permutation(classes)
    called = np.empty(classes, dtype=np.int64)
    called[order] = np.roll(order, 1)
    return called


def serve_training_split(store: Store, folder: Path, called: NDArray[np.int64]) -> Path:
    """Write what student code may read of a store, with its classes called so.

    That is the training split, whose images are linked, and the images for practice.

    What is written looks alike whatever the classes are called, so that nobody can tell a training
    by its folder.

    Args:
        store: the data set.
        folder: where it is written; made if need be.
        called: class -> the number that it is called by.

    Returns:
        `folder`, which has the form of :attr:`Store.train_dir`, and a folder for practice in it.
    """
    folder.mkdir(parents=True)
    folder.chmod(0o755)  # a worker may be another user
    (folder / IMAGES).symlink_to((store.train_dir / IMAGES).resolve())
    shutil.copyfile(store.train_dir / META, folder / META)
    np.save(folder / LABELS, called[store.train().labels])
    practice, inner = store.practice(), folder / PRACTICE_FOLDER
    inner.mkdir()
    inner.chmod(0o755)
    np.save(inner / IMAGES, practice.images)
    np.save(inner / LABELS, called[practice.labels])
    return folder
