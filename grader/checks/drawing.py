"""Seeded cases: unknown before hand-in, the same whenever the files are the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from grader.checks.cases import ConvnetInput, FlattenCase
from grader.checks.sizes import draw_case, draw_constructor, draw_shape
from grader.rubric import Assignment, CheckSpec, Constructor, ConvnetCase, Images
from grader.seeds import derive_seed
from reference import Params, ParamShapes, fan_in, kaiming_std, param_shapes
from reference.solution import flatten, pre_activations, three_layer_convnet

CaseT = TypeVar("CaseT")
BIAS_STD = 0.1
LARGE = 4.0
"""Standard deviation of every second case's images, so that bounds such as ReLU6's show.

Neighbours in real images are alike: sums over them are larger than those of independent numbers.
"""
KINK_MARGIN = 2e-5
"""Smallest pre-activation relative to its layer's root mean square; see docs/tolerances.md."""


@dataclass(frozen=True)
class Solved:
    """The reference's answers, computed when they are asked for."""

    x: Tensor
    params: Params
    upstream: Tensor

    def scores(self) -> Tensor:
        """See :class:`grader.checks.cases.Answers`."""
        return three_layer_convnet(self.x, self.params)

    def maps(self) -> Tensor:
        """See :class:`grader.checks.cases.Answers`."""
        return pre_activations(self.x, self.params)[1].relu()

    def gradients(self) -> tuple[Tensor, Params]:
        """See :class:`grader.checks.cases.Answers`."""
        x = self.x.clone().requires_grad_()
        params = Params(*(param.clone().requires_grad_() for param in self.params))
        total = (three_layer_convnet(x, params) * self.upstream).sum()
        x_gradient, *gradients = torch.autograd.grad(total, [x, *params])
        return x_gradient, Params(*gradients)


class DrawnCases:
    """Draws the cases of one check, see :class:`grader.checks.cases.Cases`."""

    def __init__(
        self, assignment: Assignment, digest: str, spec: CheckSpec, images: Images
    ) -> None:
        self._assignment = assignment
        self._digest = digest
        self._spec = spec
        self._images = images
        self.current: object = None

    def flatten(self) -> Iterator[FlattenCase]:
        """See :meth:`grader.checks.cases.Cases.flatten`."""
        for i, rule in enumerate(self._spec.settings.shapes):
            shape = draw_shape(rule, self._generator("sizes", i))
            x = torch.randn(shape, generator=self._generator(i))
            for contiguous in (True, False):
                yield self._hold(FlattenCase(x, contiguous, flatten(x)))

    def convnet(self) -> Iterator[ConvnetInput]:
        """See :meth:`grader.checks.cases.Cases.convnet`."""
        for i, rule in enumerate(self._spec.settings.cases):
            case = draw_case(rule, self._generator("sizes", i))
            yield self._hold(self._draw(case, i))

    def module(self) -> Iterator[tuple[Constructor, ConvnetInput]]:
        """See :meth:`grader.checks.cases.Cases.module`."""
        for i, rule in enumerate(self._spec.settings.constructors):
            constructor = draw_constructor(rule, self._generator("sizes", i))
            yield constructor, self._hold(self._draw(self._case(constructor), i))

    def seed(self, number: int) -> int:
        """A seed for the case of that number."""
        return self._seed(number)

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
        params = draw_params(shapes, generator)
        x = _away_from_kinks(case, params, generator, scale=LARGE if number % 2 else 1.0)
        upstream = torch.randn(case.images, case.classes, generator=generator)
        upstream /= math.sqrt(upstream.numel())
        return ConvnetInput(x, params, upstream, shapes, Solved(x, params, upstream))

    def _generator(self, *parts: object) -> torch.Generator:
        return torch.Generator().manual_seed(self._seed(*parts))

    def _seed(self, *parts: object) -> int:
        return derive_seed(self._assignment, self._digest, self._spec.id, *parts)


def draw_params(shapes: ParamShapes, generator: torch.Generator) -> Params:
    """Kaiming-normal weights and small biases, none of them zero."""

    def weight(role: str, shape: tuple[int, ...]) -> Tensor:
        std = BIAS_STD if len(shape) == 1 else kaiming_std(fan_in(role, shape))
        return torch.randn(shape, generator=generator) * std

    return Params(*(weight(role, shape) for role, shape in shapes._asdict().items()))


def _away_from_kinks(
    case: ConvnetCase, params: Params, generator: torch.Generator, *, scale: float
) -> Tensor:
    """Normal images of which no pre-activation is so near 0 that rounding could flip its ReLU."""
    kept = torch.empty(0, case.channels, case.height, case.width)
    while len(kept) < case.images:
        x = torch.randn(case.images, *kept.shape[1:], generator=generator) * scale
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
