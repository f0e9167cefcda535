"""Which transform held-out images go through: the one that fits what the model is trained on.

Submissions call their loaders as they like, normalise batches by hand or keep whole data sets in
tensors. So the names say little, and the numbers decide: form, mean and spread of the images that
the model was called on are compared with what every transform at hand makes of training images.
The loader that the homework calls `loader_val` goes first; others come in where it does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np
import torch
import torchvision.transforms as T
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from grader.harness.feeding import served_dataset
from grader.harness.seen import Statistics
from grader.harness.served import Transform, transform_images
from grader.harness.state import same_randomness

SAME = 0.1
"""A distance that few images have from many of the same kind."""

CLOSE = 0.5
"""A distance that augmentations make: mixup takes a fifth from the spread, a crop of images with
black edges a quarter from the mean."""

SAMPLE = 64
MAX_CANDIDATES = 20


def transforms_of(values: Iterable[object]) -> Iterator[Transform]:
    """Those of the loaders and data sets among the values that hold the homework's images."""
    for value in values:
        dataset = value.dataset if isinstance(value, DataLoader) else value
        served = served_dataset(dataset) if isinstance(dataset, Dataset) else None
        if served is None:
            continue
        # A wrapper of the student's own may have a transform of its own, above that of the images.
        parts = [served] if dataset is served else [served, dataset]
        chain = [getattr(part, "transform", None) for part in parts]
        steps: list[Transform] = [step for step in chain if callable(step)]
        if steps:
            yield steps[0] if len(steps) == 1 else T.Compose(steps)


def usual_transforms() -> list[Transform]:
    """What tensors are made by that were not drawn from a loader."""
    return [T.ToTensor(), T.Compose([T.ToTensor(), T.Normalize((0.5,) * 3, (0.5,) * 3)])]


def fitting_transform(
    candidates: Iterable[Transform], seen: Statistics, images: NDArray[np.uint8]
) -> Transform | None:
    """The first candidate that makes of training images what was seen, or nearly.

    Augmentations are left out where that is possible. Where no candidate comes close, what was
    seen may differ by a factor and a shift for each channel. None where images of the form that
    was seen cannot be made.

    Args:
        candidates: in the order of preference.
        seen: what the model was called on.
        images: (n, H, W, 3) uint8 training images.
    """
    tried: list[tuple[float, Transform]] = []
    for transform in _calm_first(candidates, images[0]):
        distance = _distance(transform, seen, images[:SAMPLE])
        if distance <= SAME:
            return transform
        if distance < math.inf:
            tried.append((distance, transform))
    best = min((distance for distance, _ in tried), default=math.inf)
    fitted = _fitted(seen, images) if best > CLOSE else None
    if fitted is not None:
        return fitted
    return next((t for distance, t in tried if distance <= 2 * best), None)


def _distance(transform: Transform, seen: Statistics, images: NDArray[np.uint8]) -> float:
    with suppress(Exception), same_randomness():  # a student's transform may raise anything
        return seen.distance(Statistics.of(transform_images(transform, images)))
    return math.inf


def _fitted(seen: Statistics, images: NDArray[np.uint8]) -> Transform | None:
    """ToTensor and the Normalize that makes of it what was seen."""
    plain = Statistics.of(transform_images(T.Compose([T.ToTensor(), _NOTHING]), images))
    if plain.shape != seen.shape or not bool((seen.std > 0).all()):
        return None
    std = plain.std / seen.std
    mean = plain.mean - seen.mean * std
    normalize: Transform = T.Compose([T.ToTensor(), T.Normalize(mean.tolist(), std.tolist())])
    return normalize


def _calm_first(candidates: Iterable[Transform], image: NDArray[np.uint8]) -> list[Transform]:
    """The first, then those that do the same to an image every time, then the rest."""
    first, *others = islice(candidates, MAX_CANDIDATES)
    calm = [t for t in others if not _is_random(t, image)]
    random = [t for t in others if t not in calm]
    return [first, *calm, *filter(None, map(_without_chance, (first, *random))), *random]


def _without_chance(transform: Transform) -> Transform | None:
    """Its steps but for the augmentations; None where it has none, or no steps."""
    if not isinstance(transform, T.Compose):
        return None
    steps = [step for step in transform.transforms if not _is_augmentation(step)]
    if len(steps) == len(transform.transforms):
        return None
    calm: Transform = T.Compose(steps)
    return calm


def _is_augmentation(step: object) -> bool:
    name = type(step).__name__
    return name.startswith("Random") or name in _AUGMENTATIONS


def _is_random(transform: Callable[..., Any], image: NDArray[np.uint8]) -> bool:
    with suppress(Exception), same_randomness():
        first, *more = (transform(Image.fromarray(image)) for _ in range(4))
        return not all(isinstance(x, Tensor) and torch.equal(x, first) for x in more)
    return True


_AUGMENTATIONS = ("AugMix", "AutoAugment", "ColorJitter", "RandAugment", "TrivialAugmentWide")
_NOTHING = T.Normalize((0.0,) * 3, (1.0,) * 3)
