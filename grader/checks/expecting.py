"""The types of the fixtures that checks are written with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from grader.checks.comparing import form_difference, value_difference
from grader.checks.outcome import CheckFailed
from grader.language import _
from grader.results import RunName
from grader.rubric import Tolerances
from grader.understanding.matched import MatchedRun

Own = Callable[[str], None]
Matched = Callable[[RunName], MatchedRun]
TrainsConvnet = Callable[[RunName], None]
Reaches = Callable[[RunName], None]


@dataclass(frozen=True)
class Expect:
    """Says what does not hold, by raising CheckFailed."""

    tolerances: Tolerances

    def form(self, what: str, tensor: Tensor, expected: Tensor) -> None:
        """Shape and dtype are the reference's."""
        self._require(form_difference(what, tensor, expected), tensor)

    def close(self, what: str, tensor: Tensor, expected: Tensor) -> None:
        """The values are the reference's but for rounding."""
        self._require(value_difference(what, tensor, expected, self.tolerances.values), tensor)

    def gradient_close(self, what: str, gradient: Tensor | None, expected: Tensor) -> None:
        """The gradient is the reference's but for rounding."""
        if gradient is None:
            raise CheckFailed(_("no gradient reaches {what}", what=what))
        text = _("the gradients of {what}", what=what)
        problem = value_difference(text, gradient, expected, self.tolerances.gradients)
        self._require(problem, gradient)

    @staticmethod
    def _require(problem: str | None, came: Tensor) -> None:
        if problem is not None:
            raise CheckFailed(problem, came=came)
