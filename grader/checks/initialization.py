"""What weights must look like before training."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.checks.outcome import CheckFailed
from grader.language import _
from grader.p_values import normality_p_value, order_p_value
from reference import fan_in, kaiming_std

NUMBERS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""Types that torch can take mean and deviation of; those of eight bits it cannot."""


def require_kaiming(
    title: str, weights: Tensor | None, role: str, shape: tuple[int, ...], false_alarm: float
) -> None:
    """Require that weights look drawn from N(0, 2 / fan_in).

    Args:
        title: what the weights are called in the reason.
        weights: as they came; None when they did not.
        role: see `reference.Params`.
        shape: the reference shape.
        false_alarm: the chance with which correct weights are refused.

    Raises:
        CheckFailed: with the mean and standard deviation that came.
    """
    weights = _require_shape(title, weights, shape)
    inputs = fan_in(role, shape)
    std = kaiming_std(inputs)
    if normality_p_value(weights, std) < false_alarm / 2:
        raise CheckFailed(
            _(
                "{what} are not Kaiming normal: mean {mean:.3g}, standard deviation "
                "{deviation:.3g}; asked for are 0 and sqrt(2 / {inputs}) = {asked:.3g}",
                what=title,
                mean=weights.mean().item(),
                deviation=weights.std().item(),
                inputs=inputs,
                asked=std,
            )
        )
    # Of 78,000 honest draws (three shapes of filters and a matrix), 0.9 to 1.1 % had a chance below
    # 1 %, and the smallest chance was 1.7e-5.
    if order_p_value(weights, std) < false_alarm / 2:
        raise CheckFailed(
            _(
                "{what} are not drawn at random: their values have the spread that is asked for, "
                "but lie in an order",
                what=title,
            )
        )


def require_zero(title: str, bias: Tensor | None, shape: tuple[int, ...]) -> None:
    """Require that a bias is zero.

    Raises:
        CheckFailed: it is not, or did not come.
    """
    if _require_shape(title, bias, shape).count_nonzero():
        reason = _("{what} is not zero at the start", what=title)
        raise CheckFailed(reason, mistake="bias_not_zero")


def _require_shape(title: str, tensor: Tensor | None, shape: tuple[int, ...]) -> Tensor:
    """The tensor, if it is one of numbers and of that shape: a worker may have said otherwise."""
    if tensor is None or tuple(tensor.shape) != shape or tensor.dtype not in NUMBERS:
        raise CheckFailed(_("{what} could not be read", what=title))
    return tensor
