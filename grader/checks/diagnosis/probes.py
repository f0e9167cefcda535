"""Inputs and weights that a student's network is asked with to see what it computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from grader.checks.comparing import value_difference
from grader.checks.outcome import CheckFailed
from grader.errors import ReplyError, StudentError
from reference import Params, ParamShapes

Ask = Callable[[Tensor, Params], Tensor]
"""The student's network: (N, C, H, W) images and weights -> scores."""


@dataclass(frozen=True)
class Form:
    """Sizes of the images, and of the weights of the right network."""

    image: tuple[int, int, int]
    shapes: ParamShapes


@dataclass
class Respondent:
    """A student's network and what it answered; what raises has no answer.

    Attributes:
        ask: the network.
        tolerance: of comparisons, relative to the largest magnitude.
        refusal: what it raised last.
    """

    ask: Ask
    tolerance: float
    refusal: StudentError | None = field(default=None, init=False)

    def answer(self, x: Tensor, params: Params) -> Tensor | None:
        """Its scores, None where there are none."""
        try:
            return self.ask(x, params)
        except StudentError as error:
            self.refusal = error
        except (ReplyError, CheckFailed):  # no tensor, or no model that takes such weights
            pass
        return None

    def equals(self, answer: Tensor | None, expected: Tensor) -> bool:
        """Whether it is the expected answer but for rounding."""
        return answer is not None and not value_difference("", answer, expected, self.tolerance)


def draw_images(form: Form, many: int, generator: torch.Generator) -> Tensor:
    """N(0, 1) images: (many, C, H, W)."""
    return torch.randn(many, *form.image, generator=generator)
