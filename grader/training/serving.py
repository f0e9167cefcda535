"""The folders of training images that workers read: with the labels as they are, or exchanged."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.data import Store, exchange_classes, serve_training_split
from grader.data.store import IMAGES


@dataclass(frozen=True)
class Served:
    """A folder, and what the classes are called in it: class -> number."""

    folder: Path
    called: NDArray[np.int64]


class TrainingFolders:
    """Makes folders below `scratch` whose names, forms and ages tell nothing of what they hold.

    Args:
        store: the data set.
        scratch: where they are made.
        exchanged: how many there are in which every class is called by another one's number.
    """

    def __init__(self, store: Store, scratch: Path, exchanged: int) -> None:
        self._store = store
        self._scratch = scratch
        self._exchanged = exchanged

    @property
    def images(self) -> Path:
        """The file that every folder links to, and that a worker must be able to read."""
        return (self._store.train_dir / IMAGES).resolve()

    @property
    def plain(self) -> Path:
        """A folder with the labels as they are."""
        return self._all[0].folder

    def exchanged(self, number: int) -> Served:
        """The folder of that number, from 0, with other labels."""
        return self._all[1 + number]

    @cached_property
    def _all(self) -> tuple[Served, ...]:
        # All at once, in no order: when a folder was made tells nothing. How the labels are
        # exchanged is drawn by the machine: a worker knows every seed that the rubric draws.
        classes = len(self._store.classes)
        called = [np.arange(classes)]
        called += [exchange_classes(classes, secrets.randbits(64)) for _ in range(self._exchanged)]
        served = [Served(self._scratch / f"train-{secrets.token_hex(8)}", each) for each in called]
        for each in sorted(served, key=lambda served: served.folder):
            serve_training_split(self._store, each.folder, each.called)
        return tuple(served)
