"""Which transform held-out images go through: the one that fits what the model is trained on.

Submissions call their loaders as they like, normalise batches by hand or keep whole data sets in
tensors. So the names say little, and the numbers decide: form, mean and spread of the images that
the model was called on are compared with what every transform at hand makes of training images.
The loader that the homework calls `loader_val` goes first; others come in where it does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, cast

import numpy as np
import torchvision.transforms as T
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from grader.harness.metering.seen import Statistics
from grader.harness.state import same_randomness
from grader.harness.surroundings.feeding import served_dataset
from grader.harness.surroundings.served import Transform, transform_images

SAME = 0.1
"""A distance that few images have from many of the same kind."""

CLOSE = 0.5
"""A distance that augmentations make: mixup takes a fifth from the spread, a crop of images with
black edges a quarter from the mean."""

SAMPLE = 64
MAX_CANDIDATES = 20
TRIES = 4
"""Calls by which something random is told from what is not."""


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
    sample = images[:SAMPLE]
    # What an augmentation makes is far from what is there without it: it can only vouch.
    calm: list[_Tried] = []
    vouchers: list[_Tried] = []
    for transform in islice(candidates, MAX_CANDIDATES):
        is_random = _is_random(transform, sample[0])
        steady = _without_chance(transform, sample[0]) if is_random else transform
        tried = _Tried.by(steady, seen, sample) if steady is not None else None
        if tried is not None:
            calm.append(tried)
            if tried.distance <= SAME:
                return tried.transform
        augmented = _Tried.by(transform, seen, sample) if is_random else None
        if augmented is not None:
            vouchers.append(replace(augmented, calm=tried))
    best = min((each.distance for each in (*calm, *vouchers)), default=math.inf)
    fitted = _fitted(seen, images) if best > CLOSE else None
    if fitted is not None:
        return fitted
    near = next((each for each in calm if each.distance <= 2 * best), None)
    if near is None and vouchers:
        near = _vouched_for(min(vouchers, key=_far), calm)
    return near.transform if near is not None else None


@dataclass(frozen=True)
class _Tried:
    """A transform that makes images of the form that was seen, and how far from them.

    `calm` is what it does without its augmentations, where that is known.
    """

    transform: Transform
    distance: float
    calm: _Tried | None = None

    @classmethod
    def by(cls, transform: Transform, seen: Statistics, images: NDArray[np.uint8]) -> _Tried | None:
        """None where it makes images of another form, or none."""
        distance = _distance(transform, seen, images)
        return cls(transform, distance) if distance < math.inf else None


def _far(tried: _Tried) -> float:
    return tried.distance


def _vouched_for(voucher: _Tried, calm: Sequence[_Tried]) -> _Tried:
    """What stands for an augmenting transform that comes closest; itself where nothing does."""
    if voucher.calm is not None:
        return voucher.calm
    nearest = min(calm, key=_far, default=None)
    return nearest if nearest is not None and nearest.distance <= CLOSE else voucher


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


def _without_chance(transform: Transform, image: NDArray[np.uint8]) -> Transform | None:
    """Its steps but for the augmentations; None where it has none, or no steps."""
    steps = _steps(transform)
    kept: list[Callable[..., Any]] = []
    made: Any = Image.fromarray(image)
    for step in steps:
        calm: Callable[..., Any] | None = step
        if _steps(step):
            calm = _without_chance(step, image) or step
        elif _is_augmentation(step) or _differs(step, made):
            calm = _sized(step)
        if calm is None:
            continue
        kept.append(calm)
        with suppress(Exception):
            made = calm(made)
    if not kept or kept == steps:
        return None
    without: Transform = T.Compose(kept)  # one of the student's own may be made in another way
    return without


def _sized(step: object) -> Callable[..., Any] | None:
    """What gives images the size that a random step gives them; None where it changes none."""
    size, name = getattr(step, "size", None), type(step).__name__
    with suppress(Exception):  # one of the student's own may be called so
        if name == "RandomCrop":
            return cast("Callable[..., Any]", T.CenterCrop(size))
        if name == "RandomResizedCrop":
            return cast("Callable[..., Any]", T.Resize(size))
    return None


def _steps(transform: object) -> list[Callable[..., Any]]:
    """Of a Compose, of whichever module; none of anything else."""
    steps = getattr(transform, "transforms", None)
    is_compose = isinstance(transform, T.Compose) or type(transform).__name__ == "Compose"
    is_list = is_compose and isinstance(steps, list | tuple)
    return [step for step in steps if callable(step)] if is_list and steps else []


def _is_augmentation(step: object) -> bool:
    """By its name: some do something so seldom that a few calls do not show it."""
    name, chance = type(step).__name__, getattr(step, "p", None)
    if isinstance(chance, int | float) and chance >= 1:
        return False  # RandomInvert(p=1) is how one inverts
    return name.startswith("Random") or name in _AUGMENTATIONS


def _is_random(transform: Transform, image: NDArray[np.uint8]) -> bool:
    steps = _steps(transform)
    return any(_is_augmentation(step) or _is_random(step, image) for step in steps) or _differs(
        transform, Image.fromarray(image)
    )


def _differs(step: Callable[..., Any], image: object) -> bool:
    """Whether a step does not always do the same; what cannot be called so is not looked at."""
    with suppress(Exception), same_randomness():
        first, *more = (np.asarray(step(image)) for _ in range(TRIES))
        return not all(np.array_equal(each, first) for each in more)
    return False


_AUGMENTATIONS = (
    "AugMix", "AutoAugment", "ColorJitter", "ElasticTransform", "RandAugment", "TrivialAugmentWide",
)  # fmt: skip
_NOTHING = T.Normalize((0.0,) * 3, (1.0,) * 3)
