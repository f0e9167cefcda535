"""The three-layer ConvNet with every choice in it spelled out, so that each can be got wrong.

`Network()` is right: it computes what `solution.three_layer_convnet` does. Everything else is a
variant of it, `Network(activation_1="none")`, say, and two variants that differ from the right one
in different choices can be combined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from reference.facts import Params, ParamShapes, param_shapes

Activation = Literal["relu", "none", "leaky_relu", "sigmoid", "tanh"]
_ACTIVATIONS: Mapping[Activation, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "none": lambda z: z,
    "leaky_relu": F.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}
Images = Literal["as_given", "channels_reversed", "rows_and_columns_swapped"]
_IMAGES: Mapping[Images, Callable[[Tensor], Tensor]] = {
    "as_given": lambda x: x,
    "channels_reversed": lambda x: x.flip(1),
    "rows_and_columns_swapped": lambda x: x.transpose(2, 3),
}
Kernels = Literal["as_given", "flipped", "rows_and_columns_swapped"]
_KERNELS: Mapping[Kernels, Callable[[Tensor], Tensor]] = {
    "as_given": lambda w: w,
    "flipped": lambda w: w.flip(2, 3),
    "rows_and_columns_swapped": lambda w: w.transpose(2, 3),
}
Order = Literal["channels_first", "channels_last", "rows_and_columns_swapped"]
_ORDERS: Mapping[Order, Callable[[Tensor], Tensor]] = {
    "channels_first": lambda h: h,
    "channels_last": lambda h: h.permute(0, 2, 3, 1),
    "rows_and_columns_swapped": lambda h: h.transpose(2, 3),
}
Matrix = Literal["as_given", "read_as_its_transpose"]
_MATRICES: Mapping[Matrix, Callable[[Tensor], Tensor]] = {
    "as_given": lambda w: w,
    "read_as_its_transpose": lambda w: w.reshape(w.shape[1], w.shape[0]).T,
}
Scores = Literal[
    "as_they_are",
    "relu",
    "sigmoid",
    "softmax",
    "log_softmax",
    "softmax_over_images",
    "log_softmax_over_images",
]
_SCORES: Mapping[Scores, Callable[[Tensor], Tensor]] = {
    "as_they_are": lambda s: s,
    "relu": F.relu,
    "sigmoid": torch.sigmoid,
    "softmax": lambda s: s.softmax(1),
    "log_softmax": lambda s: s.log_softmax(1),
    "softmax_over_images": lambda s: s.softmax(0),
    "log_softmax_over_images": lambda s: s.log_softmax(0),
}
Cut = Literal["nowhere", "after_first", "after_second", "scores"]


@dataclass(frozen=True)
class Network:
    """One way to compute the scores; the defaults are the homework's.

    Attributes:
        images: how x enters.
        padding_1, padding_2: zero padding of the two convolutions.
        stride_1, stride_2: their strides.
        bias_1, bias_2, bias_3: how often each layer's bias is added.
        kernels: how the filters of both convolutions are used.
        activates: whether the activations stand after the convolutions or before them.
        activation_1, activation_2: what they are.
        order: how the second one's maps are laid out as rows.
        matrix: how `fc_w` is used.
        scores: what is done with the scores at last.
        cut: where gradients end on their way back.
    """

    images: Images = "as_given"
    padding_1: int = 2
    padding_2: int = 1
    stride_1: int = 1
    stride_2: int = 1
    bias_1: int = 1
    bias_2: int = 1
    bias_3: int = 1
    kernels: Kernels = "as_given"
    activates: Literal["after", "before"] = "after"
    activation_1: Activation = "relu"
    activation_2: Activation = "relu"
    order: Order = "channels_first"
    matrix: Matrix = "as_given"
    scores: Scores = "as_they_are"
    cut: Cut = "nowhere"

    def changes(self) -> dict[str, object]:
        """What is other than in the homework."""
        right = Network()
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in found.items() if value != getattr(right, name)}

    def combined(self, other: Network) -> Network | None:
        """Both variants in one; None where they change the same."""
        mine, others = self.changes(), other.changes()
        if mine.keys() & others.keys():
            return None
        return replace(self, **others)  # type: ignore[arg-type]  # its own fields' values


def forward(network: Network, x: Tensor, params: Params) -> Tensor:
    """Scores of a variant: (N, C, H, W) images -> (N, classes).

    The fully connected weights must fit what reaches them, see :func:`shapes_for`.
    """
    h = _convolution(
        _IMAGES[network.images](x),
        _KERNELS[network.kernels](params.conv_w1),
        params.conv_b1 * network.bias_1,
        (network.padding_1, network.stride_1),
        network.activation_1,
        network.activates,
    )
    if network.cut == "after_first":
        h = h.detach()
    h = _convolution(
        h,
        _KERNELS[network.kernels](params.conv_w2),
        params.conv_b2 * network.bias_2,
        (network.padding_2, network.stride_2),
        network.activation_2,
        network.activates,
    )
    if network.cut == "after_second":
        h = h.detach()
    rows = _ORDERS[network.order](h).flatten(1)
    scores = rows.mm(_MATRICES[network.matrix](params.fc_w)) + params.fc_b * network.bias_3
    scores = _SCORES[network.scores](scores)
    return scores.detach() if network.cut == "scores" else scores


def shapes_for(network: Network, shapes: ParamShapes, height: int, width: int) -> ParamShapes:
    """Shapes of the weights that fit a variant: it may leave fewer or more features.

    Args:
        network: the variant.
        shapes: of the right network's weights for images of that size.
        height: of the images.
        width: of the images.
    """
    for padding, stride, kernel in (
        (network.padding_1, network.stride_1, shapes.conv_w1[2]),
        (network.padding_2, network.stride_2, shapes.conv_w2[2]),
    ):
        height = (height + 2 * padding - kernel) // stride + 1
        width = (width + 2 * padding - kernel) // stride + 1
    return param_shapes(
        channels=shapes.conv_w1[1],
        channel_1=shapes.conv_b1[0],
        channel_2=shapes.conv_b2[0],
        classes=shapes.fc_b[0],
        height=height,
        width=width,
    )


def _convolution(
    x: Tensor,
    weights: Tensor,
    bias: Tensor,
    padding_and_stride: tuple[int, int],
    activation: Activation,
    activates: Literal["after", "before"],
) -> Tensor:
    padding, stride = padding_and_stride
    activate = _ACTIVATIONS[activation]
    if activates == "before":
        return F.conv2d(activate(x), weights, bias, padding=padding, stride=stride)
    return activate(F.conv2d(x, weights, bias, padding=padding, stride=stride))
