"""Inputs that a submission is called with, and what the reference makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from grader.checks.comparing import shape_text
from grader.language import _
from grader.rubric import Constructor
from reference import Params, ParamShapes


@dataclass(frozen=True)
class FlattenCase:
    """An input of `flatten`, and what it makes of it.

    Attributes:
        x: (N, d1, ..., dM).
        contiguous: how `x` lies in memory.
        flat: (N, d1 * ... * dM).
    """

    x: Tensor
    contiguous: bool
    flat: Tensor

    def __str__(self) -> str:
        shape = shape_text(self.x.shape)
        if self.contiguous:
            return _("x of shape {shape}", shape=shape)
        return _("x of shape {shape}, not contiguous in memory", shape=shape)


class Answers(Protocol):
    """What the three-layer ConvNet makes of a :class:`ConvnetInput`."""

    def scores(self) -> Tensor:
        """(N, classes)."""

    def gradients(self) -> tuple[Tensor, Params]:
        """d sum(scores * upstream) / d x, and the same by each parameter."""

    def maps(self) -> Tensor:
        """What is flattened: (N, channel_2, H, W)."""


@dataclass(frozen=True)
class ConvnetInput:
    """An input of the three-layer ConvNet.

    Attributes:
        x: (N, C, H, W).
        params: its weights.
        upstream: a gradient to send back through the (N, classes) scores.
        shapes: of the weights.
        answers: what comes out.
    """

    x: Tensor
    params: Params
    upstream: Tensor
    shapes: ParamShapes
    answers: Answers

    def __str__(self) -> str:
        return _(
            "x of shape {shape}, {first} and {second} filters, {classes} classes",
            shape=shape_text(self.x.shape),
            first=self.shapes.conv_b1[0],
            second=self.shapes.conv_b2[0],
            classes=self.shapes.fc_b[0],
        )


class Cases(Protocol):
    """The cases of one check; `current` is the one in hand."""

    current: object

    def flatten(self) -> Iterator[FlattenCase]:
        """Inputs of `flatten`, each contiguous and not."""

    def convnet(self) -> Iterator[ConvnetInput]:
        """Inputs and weights of `three_layer_convnet`, one for each case of the rubric."""

    def module(self) -> Iterator[tuple[Constructor, ConvnetInput]]:
        """Sizes of a model, with inputs and weights that fit."""

    def seed(self, number: int) -> int:
        """A seed for the case of that number."""
