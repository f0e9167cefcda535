"""What the examiner hands to the checks of one submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from grader.checks.again import Failure
from grader.checks.cases import Cases
from grader.checks.explaining import Diagnosis, Explains
from grader.results import RunName
from grader.rubric import CheckSpec, Rubric
from grader.sandbox.student import Student
from grader.training.trainer import Trainer
from grader.understanding.matched import MatchedRun


@dataclass(frozen=True)
class Examined:
    """A submission that can be asked: as it is, or with a right function in place of its own.

    Attributes:
        student: the proxy of its worker.
        runs: the trainings that were found.
        trainer: carries them out; None when training was left out on request.
    """

    student: Student
    runs: Mapping[RunName, MatchedRun]
    trainer: Trainer | None


@dataclass
class Examination:
    """One submission under examination.

    `cases_of` makes the cases of a check. `as_it_is` is the submission, and `mended` makes what it
    is with a right `flatten` in place of its own. `late_is_left_out` says that checks are not lost
    but left out for which no time was left. `explains` finds out what is wrong where a check fails;
    None where the answers are not here. `asked`, `where`, `cases`, `failure` and `diagnosis` belong
    to the check in hand: who is asked, the place in the student's work it speaks of, its inputs,
    what failed of the network, and what was found out.
    """

    rubric: Rubric
    cases_of: Callable[[CheckSpec], Cases]
    as_it_is: Examined
    mended: Callable[[], Examined]
    late_is_left_out: bool = False
    explains: Explains | None = None
    asked: Examined = field(init=False)
    where: str | None = None
    cases: Cases | None = None
    failure: Failure | None = None
    diagnosis: Diagnosis | None = None

    def __post_init__(self) -> None:
        self.asked = self.as_it_is

    def begin_check(self, *, again: bool = False) -> None:
        """Forget what belonged to the last check; `again`: with a right `flatten`.

        Raises:
            WorkerError: the work cannot be loaded with one.
        """
        self.where = self.cases = self.failure = self.diagnosis = None
        self.asked = self.mended() if again else self.as_it_is

    def may_be_trained_again(self, name: RunName) -> bool:
        """Whether a run gave no accuracy at all, and is the same with a right `flatten`.

        One that was measured has had its training. Network and optimizer are judged as it is, so
        that another one must not be what is trained.

        Raises:
            WorkerError: the work cannot be loaded with a right one.
        """
        trainer = self.as_it_is.trainer
        result = trainer.results.get(name) if trainer is not None else None
        if result is None or result.best_val_accuracy is not None:
            return False
        before, after = self.as_it_is.runs.get(name), self.mended().runs.get(name)
        return before is None or (after is not None and _judged(before) == _judged(after))


def _judged(run: MatchedRun) -> list[tuple[object, ...]]:
    """What checks look at of a run: networks and optimizers."""
    return [
        (each.optimizer, model.type_name, model.layers, model.parameters)
        if (model := each.model)
        else (each.optimizer,)
        for each in run.recordings
    ]


EXAMINATION = pytest.StashKey[Examination]()
AGAIN = pytest.StashKey[bool]()
"""Set on a check that is tried once more, with `Examination.mended`."""
