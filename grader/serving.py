"""The folders of training images that workers read: with the labels as they are, or exchanged."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.data import Store, exchange_classes, serve_training_split
from grader.data.store import IMAGES
from grader.files import remove_tree


class TrainingFolders:
    """Makes folders below `scratch` whose names and forms tell nothing of what they hold.

    Args:
        store: the data set.
        scratch: where they are made.
    """

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = scratch
        self._plain: Path | None = None

    @property
    def images(self) -> Path:
        """The file that every folder links to, and that a worker must be able to read."""
        return (self._store.train_dir / IMAGES).resolve()

    @property
    def plain(self) -> Path:
        """A folder with the labels as they are; made once."""
        if self._plain is None:
            self._plain = self._serve(np.arange(len(self._store.classes)))
        return self._plain

    @contextmanager
    def exchanged(self, seed: int) -> Iterator[tuple[Path, NDArray[np.int64]]]:
        """A folder in which every class is called by another one's number, and class -> number."""
        called = exchange_classes(len(self._store.classes), seed)
        folder = self._serve(called)
        try:
            yield folder, called
        finally:
            remove_tree(folder)

    def _serve(self, called: NDArray[np.int64]) -> Path:
        folder = self._scratch / f"train-{secrets.token_hex(8)}"
        return serve_training_split(self._store, folder, called)
