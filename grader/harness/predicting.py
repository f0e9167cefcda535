"""Scores of a recorded training's model for images that the trusted side sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from grader.harness.loading.loaded import Loaded
from grader.harness.metering.gate import Gate
from grader.harness.metering.seen import Seen, Statistics
from grader.harness.recording.recordings import Namespace, Recording
from grader.harness.surroundings.served import Transform, transform_images
from grader.harness.transforms import fitting_transform, transforms_of, usual_transforms
from grader.harness.values import plain_tensor

BATCH = 250
IMAGES = 1000
"""Training images that transforms are tried on, at most."""


class Predictions:
    """Shows images to models as their training shows them.

    Args:
        loaded: the submission.
        gate: knows the data sets that were evaluated on.
    """

    def __init__(self, loaded: Loaded, gate: Gate) -> None:
        self._given = loaded.given
        self._gate = gate
        self._images = np.asarray(loaded.source.images[:IMAGES])
        self._chosen: dict[tuple[str, int], Transform] = {}

    def scores(self, recording: Recording, images: NDArray[np.uint8]) -> Any:
        """Of (N, H, W, 3) images, (N, classes); whatever else a model returns as it is."""
        transform = self._transform(recording)
        scores: list[Tensor] = []
        for start in range(0, len(images), BATCH):
            x = transform_images(transform, images[start : start + BATCH])
            result = recording.predict(x.to(recording.dtype))
            if not isinstance(result, Tensor) or result.dim() != 2 or len(result) != len(x):
                return result
            scores.append(plain_tensor(result).float())
        return torch.cat(scores)

    def _transform(self, recording: Recording) -> Transform:
        """The one that was chosen for what the model has seen until now."""
        key = recording.target, recording.seen.looked
        if key not in self._chosen:
            self._chosen[key] = self._choose(recording)
        return self._chosen[key]

    def _choose(self, recording: Recording) -> Transform:
        candidates = list(self._candidates(recording.namespace))
        seen = recording.seen.statistics()
        if seen is not None:
            return fitting_transform(candidates, seen, self._images) or candidates[0]
        # Nothing was trained yet: what its loader gives will be seen, most likely.
        expected = _first_batch(recording.namespace.get("loader_train"))
        if expected is not None:
            fitting = fitting_transform(candidates, expected, self._images)
            candidates = candidates if fitting is None else [fitting, *candidates]
        return next((t for t in candidates if self._is_taken(t, recording)), candidates[0])

    def _candidates(self, namespace: Namespace) -> Iterator[Transform]:
        """The submission's own validation loader's first, as bound for that run."""
        yield from transforms_of([namespace.get("loader_val")])
        yield from transforms_of(reversed(self._gate.evaluated))
        yield from transforms_of(_evaluations_first(namespace))
        yield from transforms_of([self._given["loader_val"]])
        yield from usual_transforms()

    def _is_taken(self, transform: Transform, recording: Recording) -> bool:
        """Whether the model can be called on what the transform makes."""
        with suppress(Exception):
            recording.predict(transform_images(transform, self._images[:2]).to(recording.dtype))
            return True
        return False


def _evaluations_first(namespace: Namespace) -> Iterable[object]:
    """The values of a namespace, those that are called after validation and test first."""
    return [
        value
        for _, value in sorted(
            namespace.items(),
            key=lambda item: not any(word in item[0].lower() for word in ("val", "test", "dev")),
        )
    ]


def _first_batch(loader: object) -> Statistics | None:
    """Of the images that a loader gives; it is drawn as for an evaluation."""
    seen = Seen()
    if isinstance(loader, DataLoader):
        with suppress(Exception), torch.no_grad():
            batch = next(iter(loader))
            images = batch[0] if isinstance(batch, list | tuple) else None
            if isinstance(images, Tensor) and images.dim() == 4:
                seen.note(images)
    return seen.statistics()
