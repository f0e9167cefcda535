"""A table of one's own: everybody with their points, a question a column."""

from __future__ import annotations

from collections.abc import Sequence

from grader.gradebooks.grades import Grade
from grader.gradebooks.tables import Cell, Table

_HEADINGS = ("id", "name", "status", "score", "max score", "late")


def grade_table(grades: Sequence[Grade]) -> Table:
    """One row a person; columns of questions in the order in which they were first seen."""
    titles = list(dict.fromkeys(title for grade in grades for title in grade.questions))
    rows = tuple(_row(grade, titles) for grade in grades)
    return Table((*_HEADINGS, *titles, "submission", "remark"), rows)


def _row(grade: Grade, titles: Sequence[str]) -> tuple[Cell, ...]:
    return (
        grade.id,
        grade.name,
        grade.status,
        grade.score,
        grade.max_score,
        "late" if grade.late else None,
        *(grade.questions.get(title) for title in titles),
        grade.submission,
        grade.remark,
    )
