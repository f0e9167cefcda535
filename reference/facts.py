"""What everybody may know of the three-layer ConvNet: the shapes of its weights, and their spread.

Source: the homework's notebook (CS231n assignment 2, "PyTorch.ipynb"), Part II, whose given code
has the same; for the initialisation, K. He et al., "Delving Deep into Rectifiers", ICCV 2015,
equation 10.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from torch import Tensor


class Params(NamedTuple):
    """Weights of the three-layer ConvNet, in the order in which the homework passes them.

    conv_w1: (channel_1, C, 5, 5), conv_b1: (channel_1,),
    conv_w2: (channel_2, channel_1, 3, 3), conv_b2: (channel_2,),
    fc_w: (channel_2 * H * W, classes), fc_b: (classes,); float32.
    """

    conv_w1: Tensor
    conv_b1: Tensor
    conv_w2: Tensor
    conv_b2: Tensor
    fc_w: Tensor
    fc_b: Tensor


class ParamShapes(NamedTuple):
    """Shapes of :class:`Params`, in the same order."""

    conv_w1: tuple[int, ...]
    conv_b1: tuple[int, ...]
    conv_w2: tuple[int, ...]
    conv_b2: tuple[int, ...]
    fc_w: tuple[int, ...]
    fc_b: tuple[int, ...]


def param_shapes(
    *, channels: int, channel_1: int, channel_2: int, classes: int, height: int, width: int
) -> ParamShapes:
    """Shapes of the weights for (N, channels, height, width) images and that many filters."""
    return ParamShapes(
        conv_w1=(channel_1, channels, 5, 5),
        conv_b1=(channel_1,),
        conv_w2=(channel_2, channel_1, 3, 3),
        conv_b2=(channel_2,),
        fc_w=(channel_2 * height * width, classes),
        fc_b=(classes,),
    )


def fan_in(role: str, shape: tuple[int, ...]) -> int:
    """Inputs of one output of that weight: C * KH * KW, or the features of `fc_w`."""
    return shape[0] if role == "fc_w" else math.prod(shape[1:])


def kaiming_std(inputs: int) -> float:
    """Standard deviation of Kaiming-normal weights in front of a ReLU: sqrt(2 / fan_in)."""
    return math.sqrt(2.0 / inputs)
