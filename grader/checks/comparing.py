"""Measures of tensors: pure functions that say in a sentence what is wrong, or None."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.language import _


def shape_text(shape: tuple[int, ...] | torch.Size) -> str:
    """(5, 3, 12, 20) as people write it."""
    return f"({', '.join(str(n) for n in shape)})"


def form_difference(what: str, tensor: Tensor, expected: Tensor) -> str | None:
    """What is wrong with a tensor's shape or dtype."""
    if tensor.shape != expected.shape:
        return _(
            "{what} came with shape {shape}; {asked} is asked for",
            what=what,
            shape=shape_text(tensor.shape),
            asked=shape_text(expected.shape),
        )
    if tensor.dtype != expected.dtype:
        return _(
            "{what} came as {dtype}; {asked} is asked for",
            what=what,
            dtype=tensor.dtype,
            asked=expected.dtype,
        )
    return None


def value_difference(what: str, tensor: Tensor, expected: Tensor, tolerance: float) -> str | None:
    """What is wrong with a tensor's values.

    The largest difference may be `tolerance` times the largest magnitude of `expected`.
    """
    problem = form_difference(what, tensor, expected)
    if problem is not None:
        return problem
    if not torch.isfinite(tensor).all():
        return _("{what} contain NaN or infinity", what=what)
    difference = (tensor.double() - expected.double()).abs()
    scale = expected.double().abs().max().item()
    allowed = tolerance * scale
    largest = difference.max().item()
    if largest <= allowed:
        return None
    return _(
        "{what} differ from the reference's by up to {largest:.3g} (the reference's largest "
        "magnitude is {scale:.3g}, allowed is {allowed:.1g}); {wrong:,} of {total:,} values differ",
        what=what,
        largest=largest,
        scale=scale,
        allowed=allowed,
        wrong=int((difference > allowed).sum()),
        total=difference.numel(),
    )
