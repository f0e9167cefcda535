"""From where on a student's network computes something else, found from outside.

With weights that leave only one part anything to do, all others being zero or passing on what they
get, the scores tell whether that part is right. The parts are tried from the end of the network to
its beginning, so that each one is judged by way of parts that were seen to be right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.checks.diagnosis.probes import Form, Respondent, draw_images
from grader.checks.drawing import draw_params
from grader.language import N_
from reference import Params
from reference.network import Network, forward

_SEED = 7
_SMALL = 0.05
"""Of weights: so small that biases of about 1/2 decide the sign, and nothing exceeds 1."""
_LARGE = 4.0
_LEVEL = 0.5
"""Of images that are the same everywhere."""

Prepare = Callable[[Tensor, Params], tuple[Tensor, Params]]
"""Drawn images and weights -> those that leave only one part anything to do."""


@dataclass(frozen=True)
class Stage:
    """A part of the network that can be tried alone.

    Attributes:
        parts: of the network, in one of which a difference begins that shows here.
        told: how a reason says so, before it is translated.
        ways: of leaving only this part anything to do; it is at fault where it differs in all.
    """

    parts: tuple[str, ...]
    told: str
    ways: tuple[Prepare, ...] = ()


def first_difference(student: Respondent, form: Form) -> Stage | None:
    """The first stage whose scores are not the reference's; None where all are, or none can be."""
    generator = torch.Generator().manual_seed(_SEED)
    x, params = draw_images(form, 3, generator), draw_params(form.shapes, generator)
    if student.answer(x, params) is None:
        return None
    alone = _is_right(student, x[:1], params)
    if alone and not _is_right(student, x, params):
        return _BATCH
    return next(
        (
            stage
            for stage in _STAGES
            if not any(_is_right(student, *prepare(x[:1], params)) for prepare in stage.ways)
        ),
        None,
    )


def _is_right(student: Respondent, x: Tensor, params: Params) -> bool:
    return student.equals(student.answer(x, params), forward(Network(), x, params))


def _nothing_alone(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    """Generic weights, and images so large that bounds show, too."""
    return x * _LARGE, p


def _fully_connected_zero(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, p._replace(fc_w=torch.zeros_like(p.fc_w))


def _maps_zero(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, p._replace(conv_w2=_zeros(p.conv_w2), conv_b2=_zeros(p.conv_b2))


def _second_gives_bias(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, p._replace(conv_w2=_zeros(p.conv_w2), conv_b2=_halves(p.conv_b2))


def _second_gives_bias_all_equal(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    """Every number of the maps counts the same, so that their order is no matter."""
    x, p = _second_gives_bias(x, p)
    return x, p._replace(fc_w=p.fc_w[:1].expand_as(p.fc_w).contiguous())


def _second_gives_mixed_bias(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, p._replace(conv_w2=_zeros(p.conv_w2), conv_b2=_mixed(p.conv_b2))


def _first_gives_bias(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, _passed_on(p._replace(conv_w1=_zeros(p.conv_w1), conv_b1=_halves(p.conv_b1)))


def _first_gives_level(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    """The same without the first bias: from an image that is the same everywhere."""
    return torch.full_like(x, _LEVEL), _passed_on(_delta_first(p))


def _first_gives_mixed_bias(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, _passed_on(p._replace(conv_w1=_zeros(p.conv_w1), conv_b1=_mixed(p.conv_b1)))


def _first_gives_mixed_level(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    x, p = _first_gives_level(x, p)
    signs = _mixed(p.conv_b1).sign()[:, None, None, None]
    return x, p._replace(conv_w1=p.conv_w1 * signs)


def _image_passed_on(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x.abs().clamp(0.05, 0.95), _passed_on(_delta_first(p))


def _first_alone(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, _passed_on(p._replace(conv_w1=p.conv_w1 * _SMALL, conv_b1=_halves(p.conv_b1)))


def _second_too(x: Tensor, p: Params) -> tuple[Tensor, Params]:
    return x, p._replace(
        conv_w1=p.conv_w1 * _SMALL,
        conv_b1=_halves(p.conv_b1),
        conv_w2=p.conv_w2 * _SMALL,
        conv_b2=_halves(p.conv_b2),
    )


_BATCH = Stage(
    ("batch",),
    N_(
        "A single image gets the right scores, but in a batch the images change each other's "
        "scores."
    ),
)
_STAGES = (
    Stage(
        ("scores",),
        N_(
            "Even where the product with the fully connected weights is zero, and only fc_b is "
            "left, your scores differ: the difference begins in what is done last, with the bias "
            "and the scores."
        ),
        (_fully_connected_zero, _maps_zero),
    ),
    Stage(
        ("relu_2", "fully_connected"),
        N_(
            "What is done last is right. Where the second convolution gives only its bias, your "
            "scores differ, even if every number of its maps counts the same: the difference "
            "begins behind the second convolution, up to the product with the fully connected "
            "weights."
        ),
        (_second_gives_bias_all_equal,),
    ),
    Stage(
        ("fully_connected",),
        N_(
            "What is done last is right. Where the second convolution gives only its bias, your "
            "scores differ: the difference begins in how its maps are flattened or meet the fully "
            "connected weights."
        ),
        (_second_gives_bias,),
    ),
    Stage(
        ("relu_2",),
        N_(
            "From the second convolution's positive values on your scores are right, from its "
            "negative ones on they are not: the difference begins in what stands behind the second "
            "convolution."
        ),
        (_second_gives_mixed_bias,),
    ),
    Stage(
        ("relu_1", "conv_2"),
        N_(
            "From the second convolution's own values on your scores are right. Where it is to "
            "pass on what it gets, they differ: the difference begins between the two "
            "convolutions, or in what the second one makes of its input."
        ),
        (_first_gives_bias, _first_gives_level),
    ),
    Stage(
        ("relu_1",),
        N_(
            "From the first convolution's positive values on your scores are right, from its "
            "negative ones on they are not: the difference begins in what stands behind the first "
            "convolution."
        ),
        (_first_gives_mixed_bias, _first_gives_mixed_level),
    ),
    Stage(
        ("conv_1", "relu_1", "conv_2", "relu_2"),
        N_(
            "Even where both convolutions pass the image on as it is, your scores differ, and with "
            "maps of one value each they do not: something moves, mixes, scales or cuts the places "
            "of an image."
        ),
        (_image_passed_on,),
    ),
    Stage(
        ("conv_1",),
        N_(
            "From the first convolution's values on your scores are right: the difference begins "
            "in the first convolution itself."
        ),
        (_first_alone,),
    ),
    Stage(
        ("conv_2",),
        N_(
            "Where the second convolution passes on what it gets, your scores are right: the "
            "difference begins in the second convolution itself."
        ),
        (_second_too,),
    ),
    Stage(
        ("relu_1", "relu_2"),
        N_(
            "Each layer alone is right while values are small and positive; the difference begins "
            "with the values that an activation changes."
        ),
        (_nothing_alone,),
    ),
)
"""From the end of the network to its beginning."""


def _zeros(weights: Tensor) -> Tensor:
    return torch.zeros_like(weights)


def _halves(bias: Tensor) -> Tensor:
    """Positive numbers about 1/2, all different."""
    return torch.linspace(0.35, 0.65, len(bias))


def _mixed(bias: Tensor) -> Tensor:
    """Numbers between -1 and 1, none near 0, every second one negative."""
    signs = torch.tensor([1.0, -1.0]).repeat(len(bias))[: len(bias)]
    return torch.linspace(0.35, 0.65, len(bias)) * signs


def _passed_on(params: Params) -> Params:
    """The second convolution passes on the maps that it gets."""
    return params._replace(conv_w2=_delta(params.conv_w2), conv_b2=_zeros(params.conv_b2))


def _delta_first(params: Params) -> Params:
    return params._replace(conv_w1=_delta(params.conv_w1), conv_b1=_zeros(params.conv_b1))


def _delta(weights: Tensor) -> Tensor:
    """Filters that pass on one map each: 1 in the middle, 0 elsewhere."""
    outputs, inputs, height, width = weights.shape
    delta = torch.zeros_like(weights)
    for output in range(outputs):
        delta[output, output % inputs, height // 2, width // 2] = 1.0
    return delta
