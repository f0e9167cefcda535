"""What was found of a submission -> its result. Pure: by the rubric, from data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.checks.catalogue import known_checks
from grader.checks.ending import CheckOutcome, shorten
from grader.choices import Language
from grader.grading.excerpts import excerpt
from grader.intake import Submission
from grader.language import _, plural
from grader.protocol.parts import Cell
from grader.results import (
    CheckResult,
    IntegrityFlag,
    Provenance,
    QuestionResult,
    RunName,
    RunResult,
    RunStatus,
    SubmissionResult,
    Timing,
)
from grader.rubric import Rubric, RunSpec
from grader.training.trainer import optimizer_info
from grader.understanding.matched import MatchedRun, explain_match

MAX_NOTES = 200
"""In one result; whoever has more cannot have meant them to be read."""


@dataclass(frozen=True)
class Findings:
    """What examining a submission gave.

    Attributes:
        reason: why it could not be examined, then nothing else is there.
        checks: how each check ended.
        runs: the runs that were trained.
        flags: what a person should look at.
        matched: the trainings that were found.
        notes: what else a reader should know.
        layers: the isolation that was in force.
    """

    reason: str | None = None
    checks: tuple[CheckOutcome, ...] = ()
    runs: Mapping[RunName, RunResult] = field(default_factory=dict)
    flags: tuple[IntegrityFlag, ...] = ()
    matched: Mapping[RunName, MatchedRun] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


def result_of(
    submission: Submission,
    found: Findings,
    rubric: Rubric,
    provenance: Provenance,
    timing: Timing,
    language: Language,
) -> SubmissionResult:
    """The result: points by the rubric, and everything that explains them."""
    questions = _questions(rubric, found.checks, submission.cells)
    points = {check.id: check.points for check in rubric.checks}
    return SubmissionResult(
        submission=submission.info,
        status="ungraded" if found.reason else "graded",
        reason=found.reason,
        score=round(sum(question.score for question in questions), 6),
        max_score=rubric.points,
        left_out=sum(points[each.id] for each in found.checks if each.left_out),
        withheld=rubric.assignment.withheld,
        questions=questions,
        runs=_runs(rubric, found),
        integrity=found.flags,
        language=language,
        notes=_bounded((*submission.notes, *found.notes)),
        provenance=provenance,
        timing=timing,
    )


def _questions(
    rubric: Rubric, outcomes: tuple[CheckOutcome, ...], cells: tuple[Cell, ...]
) -> tuple[QuestionResult, ...]:
    by_id = {outcome.id: outcome for outcome in outcomes}
    seen = rubric.visibilities
    questions: list[QuestionResult] = []
    for question in rubric.questions if outcomes else ():
        checks = tuple(
            CheckResult(
                id=spec.id,
                title=_(known_checks()[spec.id].title),
                status=by_id[spec.id].status,
                score=by_id[spec.id].points,
                max_score=spec.points,
                reason=by_id[spec.id].reason,
                misconception="+".join(each.id for each in by_id[spec.id].mistakes) or None,
                mistakes=by_id[spec.id].mistakes,
                where=by_id[spec.id].where,
                left_out=by_id[spec.id].left_out,
                visibility=seen[spec.id],
                lines=excerpt(cells, by_id[spec.id].where),
            )
            for spec in question.checks
        )
        questions.append(
            QuestionResult(
                id=question.id,
                title=_(question.title),
                score=sum(check.score for check in checks),
                max_score=question.points,
                checks=checks,
            )
        )
    return tuple(questions)


def _runs(rubric: Rubric, found: Findings) -> dict[RunName, RunResult]:
    if found.reason is not None:
        return {}
    return {
        name: found.runs.get(name) or _not_trained(spec, found.matched.get(name))
        for name, spec in sorted(rubric.runs.items())
    }


def _not_trained(spec: RunSpec, matched: MatchedRun | None) -> RunResult:
    return RunResult(
        status=RunStatus.SKIPPED,
        where=str(matched.last.where) if matched else None,
        why=explain_match(matched) if matched else None,
        threshold=spec.threshold,
        reached=False,
        optimizer=optimizer_info(matched.last) if matched else None,
    )


def _bounded(notes: tuple[str, ...]) -> tuple[str, ...]:
    """Notes that a person may want to read, and how many more there are."""
    more = len(notes) - MAX_NOTES
    told = tuple(shorten(note) for note in notes[:MAX_NOTES])
    if more <= 0:
        return told
    return (
        *told,
        plural("One more note is left out.", "{number:,} more notes are left out.", more),
    )
