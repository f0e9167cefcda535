"""Which known mistakes a class made, and how many made each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from grader.language import capitalised
from grader.report.row_views import Who
from grader.report.text import clean_line
from grader.results import SubmissionResult


@dataclass(frozen=True)
class Made:
    """A known mistake that one submission holds, however many checks it cost."""

    id: str
    title: str
    explanation: str
    course: str
    who: Who


@dataclass(frozen=True)
class MistakeCount:
    """A known mistake, and who made it."""

    title: str
    explanation: str
    course: str
    everybody: tuple[Who, ...]

    @property
    def count(self) -> int:
        """How many submissions hold it."""
        return len(self.everybody)


def mistakes_made(result: SubmissionResult, who: Who) -> tuple[Made, ...]:
    """The known mistakes of one submission, each once."""
    found = {
        mistake.id: mistake
        for question in result.questions
        for check in question.checks
        for mistake in check.mistakes
    }
    return tuple(
        Made(
            id=each.id,
            title=capitalised(clean_line(each.title)),
            explanation=clean_line(each.explanation, 1000),
            course=clean_line(each.course),
            who=who,
        )
        for each in found.values()
    )


def mistake_counts(made: Iterable[Made]) -> tuple[MistakeCount, ...]:
    """The mistakes of a class, the most frequent first."""
    by_id: dict[str, list[Made]] = defaultdict(list)
    for each in made:
        by_id[each.id].append(each)
    counts = [
        MistakeCount(
            same[0].title, same[0].explanation, same[0].course, tuple(each.who for each in same)
        )
        for same in by_id.values()
    ]
    return tuple(sorted(counts, key=lambda each: (-each.count, each.title)))
