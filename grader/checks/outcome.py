"""How a check says that it does not hold."""

from __future__ import annotations

from torch import Tensor


class CheckFailed(AssertionError):
    """The student's work does not do what was asked.

    Args:
        reason: a sentence for the student: what was asked and what came.
        where: file and line of the student's work, where there is one.
        mistake: id of the known mistake that this is, where that can be read off.
        alone: whether it was seen that nothing else is wrong of what is asked for.
        came: the tensor that is not the one that was asked for.
        points: what it earns all the same, by the rubric.
    """

    def __init__(
        self,
        reason: str,
        where: str | None = None,
        *,
        mistake: str | None = None,
        alone: bool = False,
        came: Tensor | None = None,
        points: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where
        self.mistake = mistake
        self.alone = alone
        self.came = came
        self.points = points


class LeftOut(Exception):
    """The check was not asked for.

    Args:
        reason: a sentence for the student: why not.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TookTooLong(BaseException):
    """The check has taken longer than it may; no Exception, which would be taken for an answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
