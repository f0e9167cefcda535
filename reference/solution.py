"""Reference solutions of HW 05.

Source of the formulas: the homework's notebook (CS231n assignment 2, "PyTorch.ipynb"), Parts II to
IV.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from reference.facts import Params


def flatten(x: Tensor) -> Tensor:
    """Lay out each example as one row: (N, d1, ..., dM) -> (N, d1 * ... * dM), order kept."""
    return x.reshape(x.shape[0], -1)


def three_layer_convnet(x: Tensor, params: Params) -> Tensor:
    """Scores of the three-layer ConvNet.

    5x5 convolution with zero padding 2, ReLU, 3x3 convolution with zero padding 1, ReLU, and a
    fully connected layer; both paddings keep H and W. No softmax: the loss applies it.

    Args:
        x: (N, C, H, W) images.
        params: see :class:`Params`.

    Returns:
        (N, classes) scores.
    """
    _, z2 = pre_activations(x, params)
    return flatten(F.relu(z2)).mm(params.fc_w) + params.fc_b


def pre_activations(x: Tensor, params: Params) -> tuple[Tensor, Tensor]:
    """What the two ReLUs are given: (N, channel_1, H, W) and (N, channel_2, H, W)."""
    z1 = F.conv2d(x, params.conv_w1, params.conv_b1, padding=2)
    return z1, F.conv2d(F.relu(z1), params.conv_w2, params.conv_b2, padding=1)
