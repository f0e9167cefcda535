"""Accuracy on held-out images: images go out, scores come back, the labels stay here."""

from __future__ import annotations

import secrets

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.data import Split, Store
from grader.errors import ReplyError
from grader.language import _
from grader.results import RUN_NAMES, RunName
from grader.sandbox.student import Student

UNSEEN_NOISE = 3
"""Levels, of 255, by which a colour of an unseen image is changed at most."""

CHUNK = 250
"""Held-out images a request: bounds the size of a frame and the work of one deadline."""

_PROBE = 2


class HeldOut:
    """The images that no process with student code trains on, and the labels that none ever sees.

    Args:
        store: the data set.
        threads: that a model may use while it is measured.
        unseen: how many images :meth:`unseen_accuracy` shows, where there are enough.

    Attributes:
        validation_images: how many there are to validate on.
        epochs: how many images a measurement of the validation accuracy shows, in epochs.
        unseen_images: how many :meth:`unseen_accuracy` shows.
    """

    def __init__(self, store: Store, *, threads: int, unseen: int) -> None:
        self._validation = store.validation()
        self._test = store.test()
        self._threads = threads
        self.validation_images = len(self._validation)
        self.epochs = len(self._validation) / store.sizes.train
        self.unseen_images = min(unseen, len(self._test) // len(RUN_NAMES))

    def probe(self, student: Student, target: str) -> None:
        """See within the deadline of one request that a model answers at all.

        Raises:
            WorkerError, ReplyError: it does not.
        """
        student.probe(target, self._validation.images[:_PROBE])

    def gives_numbers(self, student: Student, target: str) -> bool:
        """Whether a recorded run's model gives a number for the first images, and not only NaN.

        Raises:
            WorkerError, ReplyError: it gave no scores.
        """
        scores = student.scores(target, self._validation.images[:_PROBE], threads=self._threads)
        return not bool(torch.isnan(scores).all())

    def validation_accuracy(
        self, student: Student, target: str, called: NDArray[np.int64] | None = None
    ) -> float:
        """Share of the validation images that a recorded run's model classifies correctly.

        Args:
            student: the submission.
            target: the recorded run.
            called: class -> the number that it is called by, where that is another.

        Raises:
            ReplyError: the model returned something other than (N, classes) scores.
            WorkerError: it gave no answer.
        """
        split = self._validation
        if called is not None:
            split = Split(split.images, called[split.labels])
        return self._accuracy(student, target, split)

    def test_accuracy(self, student: Student, target: str) -> float:
        """The same of the test images."""
        return self._accuracy(student, target, self._test)

    def unseen_accuracy(self, student: Student, target: str, name: RunName) -> float:
        """The same of test images that were in no worker before, each run's own, and changed.

        They are moved by a pixel and have some noise, which nobody can foresee, so that nothing
        that was prepared for an image, byte by byte, finds it. It differs from time to time; what
        it decides does not, unless it is a close thing.
        """
        start = RUN_NAMES.index(name) * self.unseen_images
        part = slice(start, start + self.unseen_images)
        images = disturbed(self._test.images[part], secrets.randbits(64))
        return self._accuracy(student, target, Split(images, self._test.labels[part]))

    def _accuracy(self, student: Student, target: str, split: Split) -> float:
        correct = 0
        for start in range(0, len(split), CHUNK):
            part = slice(start, start + CHUNK)
            scores = student.scores(target, split.images[part], threads=self._threads)
            correct += count_correct(scores, split.labels[part])
        return correct / len(split)


def disturbed(images: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """(N, H, W, 3) images moved by a pixel in both directions, the edge repeated, with noise."""
    generator = np.random.default_rng(seed)
    down, right = generator.integers(2, size=2)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = images.shape[1:3]
    moved = padded[:, 2 * down : 2 * down + height, 2 * right : 2 * right + width]
    noise = generator.integers(-UNSEEN_NOISE, UNSEEN_NOISE + 1, size=moved.shape)
    changed: NDArray[np.uint8] = np.clip(moved + noise, 0, 255).astype(np.uint8)
    return changed


def count_correct(scores: Tensor, labels: NDArray[np.int64]) -> int:
    """How many rows of (N, classes) scores are largest at their label; NaN is never right.

    Raises:
        ReplyError: the scores have another form.
    """
    if scores.dim() != 2 or len(scores) != len(labels) or not scores.numel():
        shape = " x ".join(str(n) for n in scores.shape)
        raise ReplyError(
            _(
                "for {number} images the model returned scores of shape ({shape})",
                number=len(labels),
                shape=shape,
            )
        )
    if not scores.is_floating_point():
        raise ReplyError(
            _(
                "the scores came as {dtype}; floating-point numbers are asked for",
                dtype=scores.dtype,
            )
        )
    scores = scores.float()
    usable = ~torch.isnan(scores).any(dim=1)
    right = scores.argmax(dim=1) == torch.from_numpy(np.array(labels))
    return int((right & usable).sum())
