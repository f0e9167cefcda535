"""Whether a wrong `flatten` alone accounts for a check's failure, so that it is tried again.

What is tried again with a right `flatten` runs in another worker, and a submission can find out
that it is there. If every failure were tried again, it could be two programs, of which the better
one counts. So the first answer must be what a right program gives with that `flatten`, or none.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.checks.cases import ConvnetInput
from grader.checks.comparing import value_difference
from grader.checks.outcome import CheckFailed
from grader.errors import StudentError, WorkerError
from grader.sandbox.student import Student


@dataclass(frozen=True)
class Failure:
    """What a check said, and of which input, where it was about the network."""

    error: CheckFailed | StudentError
    case: ConvnetInput


def flatten_accounts_for(failure: Failure, student: Student, tolerance: float) -> bool:
    """Whether a right network gives this with the student's `flatten`.

    Args:
        failure: what happened.
        student: whose `flatten` is wrong.
        tolerance: of values, relative to the largest magnitude.
    """
    if isinstance(failure.error, StudentError):
        return True  # it gave no answer that could be the better one
    came, case = failure.error.came, failure.case
    if came is None or not came.dim():
        return False
    maps = case.answers.maps()
    try:
        rows = student.flatten(maps)
    except WorkerError:
        return False
    if rows.dtype != maps.dtype or rows.numel() != maps.numel():
        return False
    try:
        expected = rows @ case.params.fc_w + case.params.fc_b  # of any form, as nn.Linear takes it
    except RuntimeError:
        return False
    if came.shape != (len(case.x), *case.shapes.fc_b):
        return came.shape == expected.shape  # of the wrong form; with which weights is not known
    return value_difference("", came, expected, tolerance) is None
