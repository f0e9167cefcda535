"""What Gradescope reads: `results.json`, made from a result.

Format: "Autograder Specifications" of Gradescope's documentation for autograders, section "Output
format". Everything that may quote a student is escaped here: Gradescope shows it as HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from grader.language import N_, _, spoken
from grader.report import clean_line, phrases, typeset
from grader.results import CheckResult, CheckStatus, RunName, SubmissionResult, Visibility
from grader.rubric import Rubric

UNFINISHED = N_(
    "Grading was stopped before it came to an end, so there is no score yet. This says nothing of "
    "your work. Please hand in once more; if it happens again, tell your instructor."
)
UNGRADED = N_("Your work could not be graded.")
_LEADERS: RunName = "challenge"
"""The run whose accuracies are on the leaderboard."""


class Record(BaseModel):
    """Base: frozen, and a field that Gradescope does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Test(Record):
    """One line of the student's results; without a score it tells something and counts nothing."""

    score: float | None = None
    max_score: float | None = None
    status: Literal["passed", "failed"] | None = None
    name: str
    name_format: Literal["text"] = "text"
    number: str
    output: str = ""
    output_format: Literal["html"] = "html"
    tags: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE


class Leader(Record):
    """One column of the leaderboard."""

    name: str
    value: float | str
    order: Literal["asc", "desc"] = "desc"


class Outcome(Record):
    """The whole of Gradescope's results.json; `score` only where no test has one.

    Gradescope adds the tests up itself, and shows no sum to a student as long as one is hidden.
    """

    score: float | None = None
    execution_time: int = Field(default=0, ge=0, description="seconds")
    output: str = ""
    output_format: Literal["html"] = "html"
    visibility: Visibility = Visibility.VISIBLE
    stdout_visibility: Literal["hidden"] = "hidden"
    tests: tuple[Test, ...] = ()
    leaderboard: tuple[Leader, ...] = ()
    extra_data: dict[str, Any] = Field(default_factory=dict)

    def to_json(self) -> str:
        """The text of the file."""
        return self.model_dump_json(exclude_none=True, indent=2) + "\n"


def no_verdict(*sentences: str) -> Outcome:
    """What is said where nothing could be graded."""
    return Outcome(score=0.0, output=_paragraphs(sentences))


def outcome_of(result: SubmissionResult, rubric: Rubric) -> Outcome:
    """What Gradescope shows of a result, in its language.

    Args:
        result: of one submission.
        rubric: says what a student may see, and when.
    """
    visibility = rubric.visibilities
    with spoken(result.language):
        return Outcome(
            score=None if result.questions else 0.0,
            execution_time=round(result.timing.seconds),
            output=_paragraphs(_summary(result)),
            tests=tuple(_tests(result, visibility)),
            leaderboard=tuple(_leaders(result, visibility)),
            extra_data={"torchgrade": _facts(result)},
        )


def _summary(result: SubmissionResult) -> Iterator[str]:
    """Nothing of single checks: a student may not be allowed to see them yet."""
    if result.status == "ungraded":
        yield _(UNGRADED)
        yield result.reason or _(phrases.NO_REASON)
    if result.left_out:
        yield _(
            "{points:g} of {max_points:g} points are not part of this score: what they are for was "
            "not carried out here, and is graded elsewhere.",
            points=result.left_out,
            max_points=result.max_score,
        )
    if result.provenance.data is not None:
        yield _("Data: {data}.", data=result.provenance.data.description)
    yield from result.notes


def _tests(result: SubmissionResult, visibility: dict[str, Visibility]) -> Iterator[Test]:
    for number, question in enumerate(result.questions, 1):
        for place, check in enumerate(question.checks, 1):
            yield Test(
                name=f"{clean_line(question.title)}: {clean_line(check.title)}",
                number=f"{number}.{place}",
                output=str(_explanation(check)),
                visibility=visibility.get(check.id, Visibility.VISIBLE),
                **_verdict(check),
            )


def _verdict(check: CheckResult) -> dict[str, Any]:
    if check.left_out:
        return {"tags": ("left out",)}
    passed = check.status is CheckStatus.PASSED
    return {
        "score": check.score,
        "max_score": check.max_score,
        "status": "passed" if passed else "failed",
        "tags": () if passed else (check.status.value,),
    }


def _explanation(check: CheckResult) -> Markup:
    where = _("At {place}.", place=clean_line(check.where)) if check.where else None
    return _set(check.reason) + _set(where)


def _leaders(result: SubmissionResult, visibility: dict[str, Visibility]) -> Iterator[Leader]:
    run = result.runs.get(_LEADERS)
    # The leaderboard is for everybody at once; what may not be seen yet is not on it.
    seen = visibility.get(f"{_LEADERS}.accuracy") is Visibility.VISIBLE
    if run is None or not seen or not run.reached or run.best_val_accuracy is None:
        return
    yield Leader(name=_(phrases.VALIDATION_ACCURACY), value=round(run.best_val_accuracy, 4))
    if run.test_accuracy is not None:
        yield Leader(name=_("Test accuracy"), value=round(run.test_accuracy, 4))
    yield Leader(name=_(phrases.ITERATIONS), value=run.iterations, order="asc")


def _facts(result: SubmissionResult) -> dict[str, Any]:
    """What an instructor, or the next run, may want to know; students do not see it."""
    made = result.provenance
    return {
        "status": result.status,
        "key": made.key,
        "grader": made.grader,
        "rubric": made.rubric,
        "isolation": made.isolation,
        "left_out": result.left_out,
        "runs": {
            name: {"status": run.status.value, "best_val_accuracy": run.best_val_accuracy}
            for name, run in result.runs.items()
        },
        "integrity": [{"flag": each.flag, "text": each.text} for each in result.integrity],
    }


def _paragraphs(sentences: tuple[str, ...] | Iterator[str]) -> str:
    return str(Markup("").join(_set(sentence) for sentence in sentences))


def _set(text: str | None) -> Markup:
    """Text that a student may have had a part in, as HTML: sentences, and figures in columns."""
    blocks = (
        Markup("<pre>{}</pre>" if block.measured else "<p>{}</p>").format(
            Markup("").join(
                Markup("<code>{}</code>" if piece.figure else "{}").format(piece.text.strip("`"))
                for piece in block.pieces
            )
        )
        for block in typeset(text)
    )
    return Markup("").join(blocks)
