"""Sizes as the rubric gives them -> sizes of a case: some are drawn.

Whoever has read the rubric knows the fixed ones, and could answer for these alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from grader.rubric import CaseRule, Constructor, ConstructorRule, ConvnetCase, Size


def draw_shape(rule: Sequence[Size], generator: torch.Generator) -> tuple[int, ...]:
    """A shape by the rubric's rule."""
    return tuple(_draw(size, generator) for size in rule)


def draw_case(rule: CaseRule, generator: torch.Generator) -> ConvnetCase:
    """The sizes of an input and its weights by the rubric's rule."""
    return ConvnetCase(**{name: _draw(size, generator) for name, size in rule})


def draw_constructor(rule: ConstructorRule, generator: torch.Generator) -> Constructor:
    """The arguments of a constructor by the rubric's rule."""
    return Constructor(**{name: _draw(size, generator) for name, size in rule})


def _draw(size: Size, generator: torch.Generator) -> int:
    if isinstance(size, int):
        return size
    least, most = size
    return int(torch.randint(least, most + 1, (), generator=generator))
