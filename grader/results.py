"""The results contract: what grading one submission, and a batch, says to other programs.

`SubmissionResult` is written as `result.json`, `BatchResult` as `results.json`. Everything that
may differ between two runs on the same input stands in `timing` and nowhere else. Change a model
only with a new `SCHEMA_VERSION`.
"""

from __future__ import annotations

import math
import sys
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from grader.choices import RUN_NAMES as RUN_NAMES
from grader.choices import Language
from grader.choices import RunName as RunName
from grader.language import N_

SCHEMA_VERSION: Final = 1
MAX_TEXT: Final = 20_000
"""Characters of a sentence or an error's text; whoever reads a result is not to read a book."""


def _cut(text: str) -> str:
    """Text of any length, as a result holds it: a student may have written part of it."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… (cut)"


def _storable(value: object) -> object:
    """A setting, where it is a whole number that is larger than any float in words."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) <= sys.float_info.max:
        return value
    return f"about {'-' if value < 0 else ''}1e+{math.log10(abs(value)):.0f}"


Prose = Annotated[str, AfterValidator(_cut)]
"""Sentences, which may quote what a student wrote."""
Points = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
"""What can be added up and drawn, whoever edited the file that it is read from."""

Setting = Annotated[float | bool | str | None, BeforeValidator(_storable)]
"""The value of an optimizer's setting."""


class Visibility(StrEnum):
    """When a student may see a check's outcome (Gradescope's words)."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


class Record(BaseModel):
    """Base of every result: frozen, and a field nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckStatus(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not run: a check it needs did not pass, or training was left out."""
    ERROR = "error"
    """torchgrade itself failed; never the student's fault."""


class RunStatus(StrEnum):
    """How a training run ended."""

    REACHED = "reached"
    MISSED = "missed"
    FAILED = "failed"
    """It raised, crashed, hung or diverged before a verdict."""
    NOT_FOUND = "not_found"
    """The submission builds no such model, or never hands it to a training function."""
    SKIPPED = "skipped"
    """Left out on request (`--no-train`), or not asked for by a check that ran."""


class Student(Record):
    """Whose work it is, as far as the files say."""

    id: str
    name: str | None = None


class SubmissionInfo(Record):
    """What was handed in."""

    id: str
    student: Student
    entry: str | None = Field(description="the file that is run; null when there is none")
    files: tuple[str, ...]
    layout: str = Field(description="how the files were found: file or folder")
    members: tuple[Student, ...] = Field(
        default=(), description="everyone whose work it is, where it is a group's"
    )
    late: bool = Field(default=False, description="the LMS says that it came late")
    attempt: str | None = Field(
        default=None, description="which attempt it is, or when it came, where there were several"
    )
    older: tuple[str, ...] = Field(
        default=(), description="earlier attempts, which this one takes the place of"
    )
    feedback_name: str | None = Field(
        default=None, description="what a page for its author is called that the LMS takes back"
    )


class SourceLine(Record):
    """A line of the student's work, as it was handed in."""

    number: int = Field(description="counted from 1, in its file or cell")
    text: Prose
    marked: bool = Field(default=False, description="whether it is the line that is spoken of")


class Mistake(Record):
    """A known mistake that reproduces exactly what a student's code returned, in words."""

    id: str
    title: str = Field(description="what was done, as it ends `this comes out with ...`")
    explanation: Prose = Field(description="for the instructor: what was probably thought")
    course: str = Field(description="where the course explains it")


class CheckResult(Record):
    """The outcome of one check."""

    id: str
    title: str
    status: CheckStatus
    score: Points
    max_score: Points
    reason: Prose | None = Field(
        description="why points were lost, or what is to be said of a check that passed; else null"
    )
    misconception: str | None = Field(
        default=None,
        description="id of the known mistake that it is; of two, both with a + between",
    )
    mistakes: tuple[Mistake, ...] = Field(
        default=(), description="the known mistake in words, or both"
    )
    where: str | None = Field(default=None, description="the student's file or cell and line")
    left_out: bool = Field(
        default=False, description="it was not asked for, so its points cannot be lost"
    )
    visibility: Visibility = Field(
        default=Visibility.VISIBLE, description="when its author may see it"
    )
    lines: tuple[SourceLine, ...] = Field(
        default=(), description="what stands there, where it was read; some may be left out between"
    )


class QuestionResult(Record):
    """The checks of one question of the homework and what they sum to."""

    id: str
    title: str
    score: Points
    max_score: Points
    checks: tuple[CheckResult, ...]

    @property
    def asked_points(self) -> float:
        """What could be earned here: without what was left out, which is no loss."""
        return self.max_score - sum(each.max_score for each in self.checks if each.left_out)


BY_HAND: Final = N_("SGD by hand")
"""The name of what updates weights without an optimizer."""


class OptimizerInfo(Record):
    """The optimizer of a run: class name and the settings of its first parameter group."""

    name: str
    settings: dict[str, Setting]


class CurvePoint(Record):
    """One measurement during training."""

    iteration: int
    loss: float | None = Field(description="training loss of the last batch; null when unknown")
    val_accuracy: float = Field(description="share of the held-out validation images, 0 to 1")


class RunResult(Record):
    """One training run, as the trusted side measured it."""

    status: RunStatus
    where: str | None = None
    why: Prose | None = Field(
        default=None, description="how this training was found and known to be this run"
    )
    threshold: float
    reached: bool
    near_miss: bool = Field(
        default=False, description="missed by so little that further seeds were tried"
    )
    best_val_accuracy: float | None = None
    final_val_accuracy: float | None = None
    test_accuracy: float | None = None
    iterations: int = 0
    epochs: float = Field(default=0.0, description="iterations by the batches of one epoch")
    budget: int | None = Field(default=None, description="epochs that it may take")
    optimizer: OptimizerInfo | None = None
    seeds: tuple[int, ...] = ()
    mixed_precision: bool = Field(
        default=False, description="reached in bfloat16, which is tried first where that is quicker"
    )
    shared_with: str | None = Field(
        default=None, description="whose equal training this is: `reference:` and which one"
    )
    curve: tuple[CurvePoint, ...] = ()
    reason: Prose | None = Field(default=None, description="why it did not reach its threshold")


class IntegrityFlag(Record):
    """Something a person should look at; takes no points by itself."""

    flag: str
    text: Prose


class Adjustment(Record):
    """Points that a person gave or took by hand, or a remark of theirs."""

    question: str | None = Field(
        default=None, description="id of the question; null: the submission as a whole"
    )
    points: Points = 0.0
    reason: Prose | None = None
    by: str = Field(description="whose decision it is")


class DataInfo(Record):
    """The data set that accuracies were measured on."""

    name: str
    fingerprint: str
    description: str


class Provenance(Record):
    """What the result was made from and with."""

    data: DataInfo | None
    rubric: str = Field(description="sha256 of the rubric's bytes")
    reference: str = Field(description="sha256 of the reference's source")
    grader: str = Field(description="torchgrade's version")
    key: str = Field(description="sha256 over all that the result depends on")
    torch: str
    isolation: tuple[str, ...] = Field(description="the layers that were in force")


class Timing(Record):
    """All that varies from run to run."""

    started: str = Field(description="ISO 8601, UTC")
    seconds: float
    host: str
    checks: dict[str, float] = Field(description="seconds by check id")


class SubmissionResult(Record):
    """`result.json`: everything about one submission.

    Every `score` is what torchgrade found; what a person decided on top is in `adjustments` alone.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    submission: SubmissionInfo
    status: Literal["graded", "ungraded"]
    reason: Prose | None = Field(default=None, description="why it is ungraded")
    score: Points
    max_score: Points
    left_out: Points = Field(default=0.0, description="points of checks that were left out")
    withheld: float = Field(
        default=0.0, description="points of further checks, which are in no score here"
    )
    questions: tuple[QuestionResult, ...] = ()
    runs: dict[RunName, RunResult] = Field(default_factory=dict)
    integrity: tuple[IntegrityFlag, ...] = ()
    language: Language = Field(default="en", description="of its sentences")
    notes: tuple[Prose, ...] = Field(
        default=(), description="what else a reader should know: statements that raised, and such"
    )
    adjustments: tuple[Adjustment, ...] = Field(
        default=(), description="what a person decided, on top of score"
    )
    provenance: Provenance
    timing: Timing

    @property
    def final_score(self) -> float:
        """The score with all adjustments."""
        return self.score + sum(each.points for each in self.adjustments)

    def adjusted_score(self, question: QuestionResult) -> float:
        """The score of a question with what a person decided about it."""
        return question.score + sum(
            each.points for each in self.adjustments if each.question == question.id
        )

    @property
    def full_marks(self) -> bool:
        """Whether every point that was asked for was earned."""
        return self.status == "graded" and self.score + self.left_out >= self.max_score


class BatchEntry(Record):
    """One line of `results.json`."""

    id: str
    status: Literal["graded", "ungraded"]
    score: Points
    max_score: Points
    adjustment: Points = Field(default=0.0, description="points given or taken by hand, on top")
    result: str = Field(description="path of result.json, relative to results.json")

    @property
    def final_score(self) -> float:
        """The score with all adjustments."""
        return self.score + self.adjustment


class Person(Record):
    """Someone on the roster, or someone who handed in; each stands in the list once."""

    id: str = Field(description="student number, login or address; else the name")
    name: str | None = None
    status: Literal["submitted", "missing"]
    on_roster: bool | None = Field(default=None, description="null where no roster was given")
    submission: str | None = Field(default=None, description="id of the submission that counts")
    late: bool = False
    other_submissions: tuple[str, ...] = Field(
        default=(), description="ids of further submissions of the same person"
    )


class PassedOver(Record):
    """A file or folder of the download that is in no submission."""

    name: str
    reason: str = Field(description="a sentence that begins with the name")


class Source(Record):
    """What the batch was taken from, and how it was understood."""

    name: str = Field(description="name of the folder or archive")
    layout: str = Field(description="the LMS whose names it has, or plain")
    title: str = Field(description="the layout in words")
    evidence: str = Field(description="a sentence: why it was read so")
    notes: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


class Fairness(Record):
    """How often a right solution misses a run's threshold, as `torchgrade calibrate` found."""

    run: RunName
    threshold: float
    trainings: int = Field(description="of right solutions, each with seeds of its own")
    missed: int = Field(description="of these, below the threshold with the first seed")
    bound: float = Field(
        description="upper bound of the chance to miss by the rubric's rule, 95 % confidence"
    )


class BatchResult(Record):
    """`results.json`: the batch."""

    schema_version: Literal[1] = SCHEMA_VERSION
    assignment: str
    data: DataInfo | None
    provenance: Provenance
    submissions: tuple[BatchEntry, ...]
    fairness: tuple[Fairness, ...] = Field(
        default=(), description="of runs that were calibrated on the same data by the same rules"
    )
    source: Source | None = Field(
        default=None, description="the download: its layout, who is in it and who is missing"
    )
