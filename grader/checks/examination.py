"""What the examiner hands to the checks of one submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from grader.checks.cases import Cases
from grader.checks.explaining import Diagnosis, Explains
from grader.matched import MatchedRun
from grader.results import RunName
from grader.rubric import CheckSpec, Rubric
from grader.sandbox.student import Student
from grader.training import Trainer


@dataclass
class Examination:
    """One submission under examination.

    `cases_of` makes the cases of a check. `runs` are the trainings that were found. `trainer` is
    None when training was left out on request. `late_is_left_out` says that checks are not lost but
    left out for which no time was left. `explains` finds out what is wrong where a check fails;
    None where the answers are not here. `mended` is the submission with a right `flatten` in place
    of its own. `where`, `cases` and `diagnosis` belong to the check in hand: the place in the
    student's work it speaks of, its inputs, and what was found out.
    """

    student: Student
    rubric: Rubric
    cases_of: Callable[[CheckSpec], Cases]
    runs: Mapping[RunName, MatchedRun]
    trainer: Trainer | None
    late_is_left_out: bool = False
    explains: Explains | None = None
    mended: Student | None = None
    where: str | None = None
    cases: Cases | None = None
    diagnosis: Diagnosis | None = None

    def begin_check(self) -> None:
        """Forget what belonged to the last check."""
        self.where = self.cases = self.diagnosis = None


EXAMINATION = pytest.StashKey[Examination]()
AGAIN = pytest.StashKey[bool]()
"""Set on a check that is tried once more, with `Examination.mended`."""
