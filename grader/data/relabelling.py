"""A training split with random labels: who trains on it can learn nothing of the true ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from grader.data.store import IMAGES, LABELS, META, Store


def relabel(store: Store, folder: Path, seed: int) -> Path:
    """Write the store's training split with labels drawn at random; the images are linked.

    Args:
        store: the data set.
        folder: where it is written; made if need be.
        seed: of the labels.

    Returns:
        `folder`, which has the form of :attr:`Store.train_dir`.
    """
    folder.mkdir(parents=True)
    (folder / IMAGES).symlink_to((store.train_dir / IMAGES).resolve())
    shutil.copyfile(store.train_dir / META, folder / META)
    labels = np.random.default_rng(seed).integers(len(store.classes), size=store.sizes.train)
    np.save(folder / LABELS, labels.astype(np.int64))
    return folder
