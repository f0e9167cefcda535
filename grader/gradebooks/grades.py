"""What each person gets: everybody once, with the score of the submission that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.report import clean_line
from grader.results import BatchResult, Person, SubmissionResult
from grader.sentences import counted

Status = Literal["graded", "ungraded", "missing"]


@dataclass(frozen=True)
class Grade:
    """What one person gets.

    Attributes:
        id: student number, login or address; else the name.
        name: where it is known.
        status: whether there is work of theirs, and whether it was graded.
        submission: the id of the submission that counts.
        score: with all adjustments; None where nobody has given one.
        max_score: what can be earned.
        late: whether it came late.
        questions: points by the question's title.
        remark: what the platform shows beside the score.
    """

    id: str
    name: str | None
    status: Status
    submission: str | None
    score: float | None
    max_score: float
    late: bool
    questions: Mapping[str, float]
    remark: str


def grades_of(batch: BatchResult, results: Iterable[SubmissionResult]) -> list[Grade]:
    """Everybody in the course, in the batch's order; whoever handed in nothing has no score."""
    by_id = {result.submission.id: result for result in results}
    most = max((result.max_score for result in by_id.values()), default=0.0)
    people = _people(batch, by_id)
    return [_grade(person, by_id.get(person.submission or ""), most) for person in people]


def _people(batch: BatchResult, results: Mapping[str, SubmissionResult]) -> list[Person]:
    if batch.source is not None and batch.source.people:
        return list(batch.source.people)
    found: dict[str, Person] = {}
    for result in results.values():
        info = result.submission
        for student in info.members or (info.student,):
            found.setdefault(
                student.id,
                Person(
                    id=student.id, name=student.name, status="submitted", submission=info.id,
                    late=info.late,
                ),
            )  # fmt: skip
    return list(found.values())


def _grade(person: Person, result: SubmissionResult | None, most: float) -> Grade:
    if result is None:
        status: Status = "missing" if person.submission is None else "ungraded"
        remark = "Nothing was handed in." if person.submission is None else "Not graded yet."
        return Grade(
            person.id, person.name, status, person.submission, None, most, person.late, {}, remark
        )
    # A remark alone is no score for what could not be graded.
    is_scored = result.status == "graded" or any(each.points for each in result.adjustments)
    return Grade(
        id=person.id,
        name=person.name,
        status=result.status,
        submission=result.submission.id,
        score=result.final_score if is_scored else None,
        max_score=result.max_score,
        late=person.late,
        questions={each.title: result.adjusted_score(each) for each in result.questions},
        remark=_remark(result),
    )


def _remark(result: SubmissionResult) -> str:
    """In a few words what a person should know who sees nothing but the gradebook."""
    if result.status == "ungraded":
        return clean_line(f"Not graded: {result.reason or 'no reason is known'}")
    lost = [
        f"{question.title}: {result.adjusted_score(question):g} of {question.max_score:g}"
        for question in result.questions
        if result.adjusted_score(question) < question.max_score
    ]
    parts = ["; ".join(lost) or "Every point was earned."]
    if result.adjustments:
        parts.append(f"With {counted(len(result.adjustments), 'adjustment')} by hand.")
    if result.left_out:
        parts.append(f"{result.left_out:g} points were not asked for.")
    return clean_line(" ".join(part if part.endswith(".") else f"{part}." for part in parts), 2000)
