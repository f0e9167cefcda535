"""Transforms of a whole batch at once: the usual ones, number for number what torchvision makes.

ToTensor and Normalize of a batch are one pass over its numbers; a crop or a flip before them is a
view of an array and no image of Pillow's. The same random numbers are drawn in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torchvision.transforms as T
from numpy.typing import NDArray
from torch import Tensor

from grader.harness.surroundings.served import Normalize, standard_normalization

BatchTransform = Callable[[NDArray[np.uint8]], Tensor]
Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


@dataclass(frozen=True)
class Batched:
    """A transform of (N, H, W, 3) uint8 images: changes of each image, then a normalisation."""

    changes: tuple[Change, ...]
    normalize: Normalize

    def __call__(self, images: NDArray[np.uint8]) -> Tensor:
        """(N, 3, H', W') float32."""
        return self.normalize(np.stack([self._changed(image) for image in images]))

    def _changed(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        for change in self.changes:
            image = change(image)
        return image


def batched(transform: Any) -> BatchTransform | None:
    """What a transform does to each image, for a batch at once; None where that is not known."""
    if type(transform) is not T.Compose or len(transform.transforms) < 2:
        return None
    *first, to_tensor, normalization = transform.transforms
    normalize = standard_normalization(T.Compose([to_tensor, normalization]))
    changes = list(map(_change, first))
    if normalize is None or None in changes:
        return None
    if not changes:
        return normalize
    return Batched(tuple(change for change in changes if change is not None), normalize)


def _change(transform: Any) -> Change | None:
    if type(transform) is T.RandomHorizontalFlip:
        return _flip(float(transform.p))
    if type(transform) is T.RandomCrop:
        return _crop(transform)
    return None


def _flip(p: float) -> Change:
    def flip(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return image[:, ::-1] if torch.rand(1) < p else image

    return flip


def _crop(transform: T.RandomCrop) -> Change | None:
    padding = transform.padding if transform.padding is not None else 0
    usual = transform.padding_mode == "constant" and not transform.pad_if_needed
    if type(padding) is not int or padding < 0 or transform.fill != 0 or not usual:
        return None
    height, width = transform.size

    def crop(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        padded = np.zeros(
            (image.shape[0] + 2 * padding, image.shape[1] + 2 * padding, 3), dtype=np.uint8
        )
        padded[padding : padding + image.shape[0], padding : padding + image.shape[1]] = image
        down, right = padded.shape[0] - height, padded.shape[1] - width
        if down < 0 or right < 0:
            size, asked = padded.shape[:2], (height, width)
            raise ValueError(f"Required crop size {asked} is larger than input image size {size}")
        if down or right:  # as torchvision: where there is no choice, nothing is drawn
            down = int(torch.randint(0, down + 1, size=(1,)).item())
            right = int(torch.randint(0, right + 1, size=(1,)).item())
        return padded[down : down + height, right : right + width]

    return crop
