"""Mistakes that a comparison of tensors tells: flatten, gradients and weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from grader.checks.comparing import value_difference
from grader.checks.initialization import NUMBERS
from grader.checks.roles import WEIGHTS
from grader.errors import ReplyError, StudentError
from grader.p_values import normality_p_value, uniformity_p_value
from reference import Params, ParamShapes, fan_in, kaiming_std
from reference.misconceptions import FLATTENINGS, NETWORKS
from reference.misconceptions import WEIGHTS as DISTRIBUTIONS
from reference.misconceptions.flattening import FlattenMistake
from reference.misconceptions.network import NetworkMistake
from reference.misconceptions.weights import Distribution, WeightMistake
from reference.network import forward

_SHAPES = ((3, 4, 5, 6), (1, 2, 3, 4), (2, 5, 3, 4))
"""Of what `flatten` is asked with: sizes that tell its axes apart, and a single image.

Images alone: what is done with tensors of other forms differs from one student to the other.
"""
_RIGHT = Distribution("normal", lambda fan_in, fan_out: kaiming_std(fan_in))
UNLIKELY = 1e-4
"""A distribution is another one where its weights would have a smaller chance than this."""


def name_flattening(flatten: Callable[[Tensor], Tensor], seed: int) -> FlattenMistake | None:
    """The mistake whose results are a student's for all images, if there is only one.

    Args:
        flatten: the student's.
        seed: of the images.
    """
    generator = torch.Generator().manual_seed(seed)
    probes = [
        torch.randperm(torch.Size(shape).numel(), generator=generator).float().reshape(shape)
        for shape in _SHAPES
    ]
    try:
        answers = [flatten(x) for x in probes]
    except (StudentError, ReplyError):
        return None
    found = [
        each
        for each in FLATTENINGS
        if all(_equal(each.flatten(x), y) for x, y in zip(probes, answers, strict=True))
    ]
    return found[0] if len(found) == 1 else None


def _equal(expected: Tensor, came: Tensor) -> bool:
    return came.dtype == expected.dtype and torch.equal(came, expected)


def name_cut(
    gradients: Sequence[Tensor | None],
    x: Tensor,
    params: Params,
    upstream: Tensor,
    tolerance: float,
) -> NetworkMistake | None:
    """The mistake by which exactly these gradients come out, or do not.

    Args:
        gradients: of sum(scores * upstream) by x and by each of `params`; None for none.
        x: (N, C, H, W).
        params: the weights.
        upstream: (N, classes).
        tolerance: relative to the largest magnitude.
    """
    sizes = [x.shape, *(param.shape for param in params)]
    if any(
        each is not None and each.shape != size for each, size in zip(gradients, sizes, strict=True)
    ):
        return None
    if all(map(_is_nothing, gradients)):
        return next(each for each in NETWORKS if each.network.cut == "scores")
    for mistake in NETWORKS:
        if mistake.network.cut in ("nowhere", "scores"):
            continue
        leaves = [tensor.clone().requires_grad_() for tensor in (x, *params)]
        scores = forward(mistake.network, leaves[0], Params(*leaves[1:]))
        expected = torch.autograd.grad((scores * upstream).sum(), leaves, allow_unused=True)
        if all(_same(*each, tolerance) for each in zip(gradients, expected, strict=True)):
            return mistake
    return None


def _same(came: Tensor | None, expected: Tensor | None, tolerance: float) -> bool:
    """Whether a gradient is the expected one; one of zeros is none."""
    if expected is None:
        return _is_nothing(came)
    return came is not None and not value_difference("", came, expected, tolerance)


def _is_nothing(gradient: Tensor | None) -> bool:
    """Whether it is none, or zero; of whatever kind of numbers a worker may send."""
    return gradient is None or (not gradient.is_complex() and not gradient.double().any())


def name_distribution(
    weights: Mapping[str, Tensor], shapes: ParamShapes, wrong: str
) -> WeightMistake | None:
    """The mistake that all weights look drawn by that are not Kaiming normal.

    Args:
        weights: by role.
        shapes: the reference's.
        wrong: a role whose weights are not.
    """
    drawn = {
        role: (weights[role], *_fans(role, shapes))
        for role in WEIGHTS
        if role in weights
        and weights[role].dtype in NUMBERS
        and tuple(weights[role].shape) == getattr(shapes, role)
    }
    if wrong not in drawn:
        return None
    suspect = [each for role, each in drawn.items() if role == wrong or not _fits(_RIGHT, *each)]
    fitting = [
        mistake
        for mistake in DISTRIBUTIONS
        if all(_fits(mistake.distribution, *each) for each in suspect)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _fans(role: str, shapes: ParamShapes) -> tuple[int, int]:
    """Inputs of one output of a weight, and the other way round."""
    shape = getattr(shapes, role)
    inputs = fan_in(role, shape)
    outputs = shape[1] if role == "fc_w" else shape[0] * torch.Size(shape[2:]).numel()
    return inputs, outputs


def _fits(drawn: Distribution, weights: Tensor, inputs: int, outputs: int) -> bool:
    scale = drawn.scale(inputs, outputs)
    if drawn.family == "constant":
        return bool((weights == scale).all())
    if drawn.family == "normal":
        return normality_p_value(weights, scale) > UNLIKELY
    if drawn.family == "uniform_from_zero":
        return uniformity_p_value(2 * weights - scale, scale) > UNLIKELY
    return uniformity_p_value(weights, scale) > UNLIKELY
