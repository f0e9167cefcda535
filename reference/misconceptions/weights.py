"""Mistakes in the initialisation: weights that are drawn from another distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from reference.misconceptions.texts import Misconception

_KAIMING = "CS231n notes, Neural Networks Part 2: weight initialization"
_TORCH = "PyTorch documentation, torch.nn.init.kaiming_normal_"


@dataclass(frozen=True)
class Distribution:
    """What weights are drawn from.

    Attributes:
        family: `normal` with mean 0, `uniform` around 0, `uniform_from_zero`, or `constant`.
        scale: fan_in and fan_out of a tensor -> standard deviation, bound or value.
    """

    family: Literal["normal", "uniform", "uniform_from_zero", "constant"]
    scale: Callable[[int, int], float]


@dataclass(frozen=True)
class WeightMistake(Misconception):
    """A mistake that draws weights in another way."""

    distribution: Distribution


WEIGHTS: tuple[WeightMistake, ...] = (
    WeightMistake(
        id="default_initialization",
        title="PyTorch's own initialisation",
        hint="A layer comes with weights, but not with those that are asked for. Where are they "
        "drawn anew?",
        explanation="The layers keep nn.Linear's and nn.Conv2d's own initialisation, uniform "
        "within 1 / sqrt(fan_in): nothing was initialised, or something else was.",
        course=_KAIMING,
        distribution=Distribution("uniform", lambda fan_in, fan_out: 1 / math.sqrt(fan_in)),
    ),
    WeightMistake(
        id="kaiming_uniform",
        title="Kaiming's rule for a uniform distribution",
        hint="Kaiming's rule comes for two distributions. Which one does the homework ask for?",
        explanation="nn.init.kaiming_uniform_: the right spread, but not normal.",
        course=_TORCH,
        distribution=Distribution("uniform", lambda fan_in, fan_out: math.sqrt(6 / fan_in)),
    ),
    WeightMistake(
        id="kaiming_fan_out",
        title="the number of outputs in place of that of inputs",
        hint="Whose number decides the spread, that of a layer's inputs or of its outputs?",
        explanation="mode='fan_out', or a fan computed from the wrong axis.",
        course=_TORCH,
        distribution=Distribution("normal", lambda fan_in, fan_out: math.sqrt(2 / fan_out)),
    ),
    WeightMistake(
        id="gain_one",
        title="a spread of sqrt(1 / fan_in)",
        hint="Half of what reaches a ReLU is lost. Which factor makes up for it?",
        explanation="The factor 2 is missing: nonlinearity='linear', or randn / sqrt(fan_in).",
        course=_KAIMING,
        distribution=Distribution("normal", lambda fan_in, fan_out: math.sqrt(1 / fan_in)),
    ),
    WeightMistake(
        id="square_root_missing",
        title="a spread of 2 / fan_in",
        hint="Is 2 / fan_in the variance or the standard deviation of the weights?",
        explanation="The variance is used as the standard deviation: the square root is missing.",
        course=_KAIMING,
        distribution=Distribution("normal", lambda fan_in, fan_out: 2 / fan_in),
    ),
    WeightMistake(
        id="standard_normal",
        title="a standard deviation of 1",
        hint="torch.randn draws with a standard deviation of 1, whatever the layer's size. What "
        "should it depend on?",
        explanation="torch.randn without a factor: scores are far too large at the start.",
        course=_KAIMING,
        distribution=Distribution("normal", lambda fan_in, fan_out: 1.0),
    ),
    WeightMistake(
        id="small_normal",
        title="a standard deviation of 0.01",
        hint="One fixed small number does not suit layers of every size. What should the spread "
        "depend on?",
        explanation="0.01 * torch.randn, as in earlier homework.",
        course=_KAIMING,
        distribution=Distribution("normal", lambda fan_in, fan_out: 0.01),
    ),
    WeightMistake(
        id="xavier_normal",
        title="Xavier's rule",
        hint="There are several rules for the spread. Which one is meant for ReLUs?",
        explanation="nn.init.xavier_normal_: sqrt(2 / (fan_in + fan_out)).",
        course=_KAIMING,
        distribution=Distribution(
            "normal", lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out))
        ),
    ),
    WeightMistake(
        id="xavier_uniform",
        title="Xavier's rule for a uniform distribution",
        hint="There are several rules for the spread, each for two distributions. Which one does "
        "the homework ask for?",
        explanation="nn.init.xavier_uniform_: uniform within sqrt(6 / (fan_in + fan_out)).",
        course=_KAIMING,
        distribution=Distribution(
            "uniform", lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out))
        ),
    ),
    WeightMistake(
        id="uniform_from_zero",
        title="numbers between 0 and 1",
        hint="Should weights be positive only? Two functions of torch have almost the same name.",
        explanation="torch.rand in place of torch.randn.",
        course=_KAIMING,
        distribution=Distribution("uniform_from_zero", lambda fan_in, fan_out: 1.0),
    ),
    WeightMistake(
        id="uniform_kaiming_scaled",
        title="numbers between 0 and sqrt(2 / fan_in)",
        hint="Should weights be positive only? Two functions of torch have almost the same name.",
        explanation="torch.rand in place of torch.randn, times Kaiming's factor.",
        course=_KAIMING,
        distribution=Distribution(
            "uniform_from_zero", lambda fan_in, fan_out: math.sqrt(2 / fan_in)
        ),
    ),
    WeightMistake(
        id="zero_weights",
        title="weights of zero",
        hint="If all filters begin equal, what makes them become different?",
        explanation="The weights are zero: every filter gets the same gradient, or none.",
        course=_KAIMING,
        distribution=Distribution("constant", lambda fan_in, fan_out: 0.0),
    ),
    WeightMistake(
        id="constant_weights",
        title="weights of one",
        hint="If all filters begin equal, what makes them become different?",
        explanation="The weights are all 1: every filter of a layer computes the same.",
        course=_KAIMING,
        distribution=Distribution("constant", lambda fan_in, fan_out: 1.0),
    ),
)
