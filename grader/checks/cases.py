"""Seeded inputs and weights: unknown before hand-in, the same whenever the files are the same."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from grader.checks.comparing import shape_text
from grader.checks.sizes import draw_case, draw_constructor, draw_shape
from grader.rubric import Assignment, CheckSpec, Constructor, ConvnetCase, Images
from reference import (
    Params,
    ParamShapes,
    fan_in,
    kaiming_std,
    param_shapes,
    pre_activations,
)

CaseT = TypeVar("CaseT")
BIAS_STD = 0.1
KINK_MARGIN = 2e-5
"""Smallest pre-activation relative to its layer's root mean square; see docs/tolerances.md."""


def derive_seed(assignment: Assignment, digest: str, *parts: object) -> int:
    """A 31-bit seed from the rubric's seed, the submission's bytes and what it is for."""
    text = ":".join(str(part) for part in (assignment.seed, digest, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1


@dataclass(frozen=True)
class FlattenCase:
    """An input of `flatten`; `contiguous` tells how it lies in memory."""

    x: Tensor
    contiguous: bool

    def __str__(self) -> str:
        layout = "" if self.contiguous else ", not contiguous in memory"
        return f"x of shape {shape_text(self.x.shape)}{layout}"


@dataclass(frozen=True)
class ConvnetInput:
    """x: (N, C, H, W), the weights, and a gradient to send back through the (N, classes) scores."""

    x: Tensor
    params: Params
    upstream: Tensor
    shapes: ParamShapes

    def __str__(self) -> str:
        return (
            f"x of shape {shape_text(self.x.shape)}, {self.shapes.conv_b1[0]} and "
            f"{self.shapes.conv_b2[0]} filters, {self.shapes.fc_b[0]} classes"
        )


class Cases:
    """Draws the cases of one check; `current` is the one in hand."""

    def __init__(
        self, assignment: Assignment, digest: str, spec: CheckSpec, images: Images
    ) -> None:
        self._assignment = assignment
        self._digest = digest
        self._spec = spec
        self._images = images
        self.current: object = None

    def flatten(self) -> Iterator[FlattenCase]:
        """Inputs of `flatten`, each contiguous and not."""
        for i, rule in enumerate(self._spec.settings.shapes):
            shape = draw_shape(rule, self._generator("sizes", i))
            x = torch.randn(shape, generator=self._generator(i))
            for contiguous in (True, False):
                yield self._hold(FlattenCase(x, contiguous))

    def convnet(self) -> Iterator[ConvnetInput]:
        """Inputs and weights of `three_layer_convnet`, one for each case of the rubric."""
        for i, rule in enumerate(self._spec.settings.cases):
            case = draw_case(rule, self._generator("sizes", i))
            yield self._hold(self._draw(case, i))

    def module(self) -> Iterator[tuple[Constructor, ConvnetInput]]:
        """Sizes of a model, with inputs and weights that fit."""
        for i, rule in enumerate(self._spec.settings.constructors):
            constructor = draw_constructor(rule, self._generator("sizes", i))
            yield constructor, self._hold(self._draw(self._case(constructor), i))

    def seed(self, *parts: object) -> int:
        """A seed of this check's, for the case of that number, say."""
        return derive_seed(self._assignment, self._digest, self._spec.id, *parts)

    def _hold(self, case: CaseT) -> CaseT:
        self.current = case
        return case

    def _case(self, constructor: Constructor) -> ConvnetCase:
        return ConvnetCase(
            images=self._spec.settings.images,
            channels=constructor.in_channel,
            height=self._images.image_size,
            width=self._images.image_size,
            channel_1=constructor.channel_1,
            channel_2=constructor.channel_2,
            classes=constructor.num_classes,
        )

    def _draw(self, case: ConvnetCase, number: int) -> ConvnetInput:
        generator = self._generator(number)
        shapes = shapes_of(case)

        def weight(role: str, shape: tuple[int, ...]) -> Tensor:
            is_bias = len(shape) == 1
            std = BIAS_STD if is_bias else kaiming_std(fan_in(role, shape))
            return torch.randn(shape, generator=generator) * std

        params = Params(*(weight(role, shape) for role, shape in shapes._asdict().items()))
        x = _away_from_kinks(case, params, generator)
        upstream = torch.randn(case.images, case.classes, generator=generator)
        return ConvnetInput(x, params, upstream / math.sqrt(upstream.numel()), shapes)

    def _generator(self, *parts: object) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed(*parts))


def _away_from_kinks(case: ConvnetCase, params: Params, generator: torch.Generator) -> Tensor:
    """N(0, 1) images of which no pre-activation is so near 0 that rounding could flip its ReLU."""
    kept = torch.empty(0, case.channels, case.height, case.width)
    while len(kept) < case.images:
        x = torch.randn(case.images, *kept.shape[1:], generator=generator)
        near = [z.abs().flatten(1).amin(1) / z.square().mean().sqrt()
                for z in pre_activations(x, params)]  # fmt: skip
        kept = torch.cat([kept, x[torch.minimum(*near) >= KINK_MARGIN]])
    return kept[: case.images]


def shapes_of(case: ConvnetCase) -> ParamShapes:
    """Shapes of the weights that fit a case."""
    return param_shapes(
        channels=case.channels,
        channel_1=case.channel_1,
        channel_2=case.channel_2,
        classes=case.classes,
        height=case.height,
        width=case.width,
    )
