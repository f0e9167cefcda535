"""What images looked like: their form, and mean and spread of each channel."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

BATCHES = 16
"""Batches that are looked at; a thousand images give a channel's mean within some percent."""


@dataclass(frozen=True)
class Statistics:
    """Form of one image, and mean and standard deviation of each channel."""

    shape: tuple[int, ...]
    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, images: Tensor) -> Statistics:
        """Of (N, C, H, W) images."""
        x = images.detach().float()
        return cls(tuple(x.shape[1:]), x.mean(dim=(0, 2, 3)), x.std(dim=(0, 2, 3)))

    def distance(self, other: Statistics) -> float:
        """How far another is from this: 0 for the same, infinite for images of another form."""
        if self.shape != other.shape:
            return math.inf
        spread = self.std.clamp_min(1e-6)
        shift = (self.mean - other.mean).abs() / spread
        scale = (other.std.clamp_min(1e-6) / spread).log().abs()
        return float((shift + scale).max())


@dataclass
class Seen:
    """What a model was called on in training: the first batches of the form that came last.

    Attributes:
        looked: how many batches were looked at; grows with whatever changes the statistics.
    """

    looked: int = 0
    _shape: tuple[int, ...] | None = None
    _batches: list[Tensor] = field(default_factory=list)
    """Mean and mean square of each channel, of each batch."""

    def note(self, images: Tensor) -> None:
        """Look at (N, C, H, W) images."""
        shape = tuple(images.shape[1:])
        if shape != self._shape:
            self._shape, self._batches = shape, []
        if len(self._batches) < BATCHES:
            self.looked += 1
            x = images.detach().float()
            self._batches.append(torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))]))

    def statistics(self) -> Statistics | None:
        """Of all of them; None while there are none."""
        if self._shape is None:
            return None
        mean, square = torch.stack(self._batches).mean(dim=0)
        return Statistics(self._shape, mean, (square - mean.square()).clamp_min(0).sqrt())
