"""adjustments.yaml: what a person decided on top of the grader's verdicts.

It stands in the folder of results, is written by hand, and is never written by torchgrade::

    adjustments:
      - submission: kim_4711
        question: question_7
        points: 3
        reason: Trained at home; the log was shown in office hours.
        by: Prof. Lee
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from grader.errors import AdjustmentsError
from grader.results import Adjustment, Record, SubmissionResult
from grader.yamlfile import YamlFile, read_yaml

FILE = "adjustments.yaml"
_ROUNDING = 1e-9
"""By which a sum of points may miss a maximum that it equals."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class _Entry(Record):
    submission: Line
    question: Line | None = None
    points: float = Field(default=0.0, allow_inf_nan=False)
    reason: Line | None = None
    by: Line

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.points and self.reason is None:
            raise ValueError("give points, or a reason without points")
        return self


class _Content(Record):
    adjustments: tuple[_Entry, ...]


@dataclass(frozen=True)
class Adjustments:
    """What a person decided, for all submissions of a batch."""

    _file: YamlFile | None = None
    _entries: tuple[_Entry, ...] = ()

    def refuse_unknown(self, ids: Collection[str]) -> None:
        """See that every entry is of one of these submissions.

        Raises:
            AdjustmentsError: at the first that is not.
        """
        for number, entry in enumerate(self._entries):
            if entry.submission not in ids:
                message = (
                    f"There is no submission '{entry.submission}'. Write the name of its folder "
                    "in submissions/."
                )
                raise self._wrong(message, number, "submission")

    def of(
        self, result: SubmissionResult
    ) -> tuple[tuple[Adjustment, ...], tuple[AdjustmentsError, ...]]:
        """The adjustments of a submission, and what is wrong with those that do not fit it."""
        taken: list[Adjustment] = []
        wrong: list[AdjustmentsError] = []
        for number, entry in enumerate(self._entries):
            if entry.submission != result.submission.id:
                continue
            adjustment = Adjustment(
                question=entry.question, points=entry.points, reason=entry.reason, by=entry.by
            )
            message, key = _obstacle(result, taken, adjustment)
            if message is None:
                taken.append(adjustment)
            else:
                wrong.append(self._wrong(message, number, key))
        return tuple(taken), tuple(wrong)

    def _wrong(self, message: str, number: int, key: str) -> AdjustmentsError:
        assert self._file is not None  # there are entries
        error = self._file.wrong(message, "adjustments", number, key)
        assert isinstance(error, AdjustmentsError)
        return error


def read_adjustments(folder: Path) -> Adjustments:
    """Read those of a folder of results; none where there is no such file.

    Raises:
        AdjustmentsError: with file, line and mend, for anything that is not what it should be.
    """
    path = folder / FILE
    if not path.exists():
        return Adjustments()
    file = read_yaml(path, "it", "adjustments", AdjustmentsError)
    return Adjustments(file, file.validated(_Content).adjustments)


def _obstacle(
    result: SubmissionResult, taken: Sequence[Adjustment], wanted: Adjustment
) -> tuple[str | None, str]:
    """Why an adjustment does not fit a result with those before it, and the key that is wrong."""
    name = result.submission.id
    scores = [(name, result.score + _sum(taken), result.max_score)]
    if wanted.question is not None:
        question = next((each for each in result.questions if each.id == wanted.question), None)
        if question is None:
            known = ", ".join(each.id for each in result.questions)
            mend = f"Known are: {known}." if known else "Leave the question out."
            return f"{name} has no question '{wanted.question}'. {mend}", "question"
        before = _sum([each for each in taken if each.question == question.id])
        scores.insert(0, (f"{question.id} of {name}", question.score + before, question.max_score))
    for what, score, most in scores:
        if not -_ROUNDING <= score + wanted.points <= most + _ROUNDING:
            return (
                f"{what} has {score:g} of {most:g} points; {wanted.points:+g} would make it "
                f"{score + wanted.points:g}. Give between {-score:g} and {most - score:g}."
            ), "points"
    return None, ""


def _sum(adjustments: Sequence[Adjustment]) -> float:
    return sum(each.points for each in adjustments)
