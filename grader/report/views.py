"""What the page of one submission shows, worked out from its result.

Templates print these and hold no arithmetic; strings here are words and figures, never markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.language import _
from grader.report import phrases, wording
from grader.report.prose import Block, typeset
from grader.report.question_views import Question, question_view, unsettled_points
from grader.report.run_views import Run, run_view
from grader.report.score_views import Share, share
from grader.report.text import clean, clean_line, optional_line
from grader.report.withholding import unshown_points
from grader.results import (
    RUN_NAMES,
    DataInfo,
    IntegrityFlag,
    Provenance,
    RunStatus,
    SubmissionResult,
    Timing,
)

LIST_LIMIT = 100
_NOTE_LIMIT = 600
_ROUNDING = 1e-9
"""By which sums of points may differ that are equal."""


@dataclass(frozen=True)
class Adjusted:
    """What a person decided on top of the checks."""

    what: str
    points: str | None
    reason: tuple[Block, ...]
    by: str


@dataclass(frozen=True)
class Items:
    """A list that was cut to a length one can read."""

    shown: tuple[str, ...]
    hidden: int


@dataclass(frozen=True)
class DataLine:
    """Which data the work was graded on."""

    description: str
    synthetic: bool


@dataclass(frozen=True)
class SubmissionPage:
    """All that `submission.html.j2` prints."""

    title: str
    name: str
    submission_id: str
    student_id: str
    entry: str | None
    files: Items
    graded: bool
    reason: tuple[Block, ...]
    share: Share
    notices: tuple[str, ...]
    verdict: str
    adjusted: tuple[Adjusted, ...]
    decided: str
    data: DataLine | None
    questions: tuple[Question, ...]
    runs: tuple[Run, ...]
    plots: tuple[Run, ...]
    integrity: tuple[IntegrityFlag, ...]
    notes: Items
    provenance: Provenance
    graded_when: str


def submission_page(result: SubmissionResult) -> SubmissionPage:
    """Work out the page of one submission."""
    student = result.submission.student
    name = clean_line(student.name or "") or clean_line(student.id) or _(phrases.UNNAMED)
    graded = result.status == "graded"
    lost = result.max_score - result.final_score - result.left_out
    runs = tuple(run_view(run, result.runs[run]) for run in RUN_NAMES if run in result.runs)
    return SubmissionPage(
        title=phrases.title(name, _final(result) if graded else None),
        name=name,
        submission_id=clean_line(result.submission.id),
        student_id=clean_line(student.id),
        entry=optional_line(result.submission.entry),
        files=_items(result.submission.files, clean_line),
        graded=graded,
        reason=typeset(result.reason or ("" if graded else _(phrases.NO_REASON))),
        share=share(result.final_score, result.max_score, result.left_out),
        notices=tuple(_notices(result)),
        verdict=phrases.verdict(
            lost if lost > _ROUNDING else 0.0,
            result.left_out + result.withheld,
            unsettled_points(result),
            unshown_points(result),
        ),
        adjusted=_adjusted(result),
        decided=phrases.decided_on_top(_found(result) if graded else None),
        data=data_line(result.provenance.data),
        questions=tuple(
            question_view(question, number, result.adjusted_score(question))
            for number, question in enumerate(result.questions, 1)
        ),
        runs=runs,
        plots=tuple(run for run in runs if run.plot is not None),
        integrity=result.integrity[:LIST_LIMIT],
        notes=_items(result.notes, _note),
        provenance=result.provenance,
        graded_when=_graded_when(result.timing),
    )


def data_line(data: DataInfo | None) -> DataLine | None:
    """Which data was graded on; None when none was."""
    if data is None:
        return None
    return DataLine(
        description=clean_line(data.description, 600) or clean_line(data.name),
        synthetic=wording.is_synthetic(data),
    )


def _final(result: SubmissionResult) -> str:
    return phrases.score(wording.points(result.final_score), wording.points(result.max_score))


def _found(result: SubmissionResult) -> str:
    return phrases.score(wording.points(result.score), wording.points(result.max_score))


def _graded_when(timing: Timing) -> str:
    return phrases.graded_when(timing.started, f"{timing.seconds:.1f}", timing.host)


def _adjusted(result: SubmissionResult) -> tuple[Adjusted, ...]:
    titles = {question.id: clean_line(question.title) for question in result.questions}
    whole = _(phrases.WHOLE_WORK)
    return tuple(
        Adjusted(
            what=titles.get(each.question, each.question) if each.question else whole,
            points=wording.signed_points(each.points) if each.points else None,
            reason=typeset(each.reason),
            by=clean_line(each.by),
        )
        for each in result.adjustments
    )


def _notices(result: SubmissionResult) -> Iterator[str]:
    """What is not in the score, in sentences."""
    if result.left_out > 0:
        yield _left_out(result)
    if result.withheld > 0:
        yield phrases.withheld(result.withheld)


def _left_out(result: SubmissionResult) -> str:
    """What was left out on request."""
    training = any(run.status is RunStatus.SKIPPED for run in result.runs.values())
    if training or not result.runs:
        return phrases.training_left_out(result.left_out, result.max_score)
    return phrases.checks_left_out(result.left_out, result.max_score)


def _note(text: str) -> str:
    return clean(text, _NOTE_LIMIT)


def _items(texts: Sequence[str], cleaned: Callable[[str], str]) -> Items:
    return Items(
        shown=tuple(cleaned(text) for text in texts[:LIST_LIMIT]),
        hidden=max(len(texts) - LIST_LIMIT, 0),
    )
