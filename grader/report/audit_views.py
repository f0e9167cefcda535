"""What a rubric is worth: which check catches which mistake, and whom it wrongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.report import wording
from grader.report.text import clean_line
from grader.results import CheckResult, CheckStatus, SubmissionResult

_LOST = (CheckStatus.FAILED, CheckStatus.PARTIAL, CheckStatus.ERROR)


@dataclass(frozen=True)
class Audited:
    """A submission of which is known whether it is right, and its result."""

    mistake: str | None
    result: SubmissionResult


@dataclass(frozen=True)
class Row:
    """One submission: which checks it lost points at, in the order of the columns.

    Attributes:
        id: of the submission.
        name: the mistake, or the variant.
        right: whether it should lose nothing.
        lost: for each check whether it was lost.
        points: what it lost.
        named: the known mistakes that were named.
        well: whether it came out as it should: nothing lost, or something.
        well_named: whether its mistake was named, and no other; None for what is right.
        href: of its report.
    """

    id: str
    name: str
    right: bool
    lost: tuple[bool, ...]
    points: str
    named: tuple[str, ...]
    well: bool
    well_named: bool | None
    href: str


@dataclass(frozen=True)
class Column:
    """One check: how many mistakes it catches, and how many that no other check does."""

    id: str
    title: str
    caught: int
    alone: int
    left_out: bool


@dataclass(frozen=True)
class Audit:
    """All of it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def slipped(self) -> tuple[Row, ...]:
        """Mistakes that cost nothing."""
        return tuple(row for row in self.rows if not row.right and not row.well)

    @property
    def wronged(self) -> tuple[Row, ...]:
        """Right work that lost points."""
        return tuple(row for row in self.rows if row.right and not row.well)

    @property
    def misnamed(self) -> tuple[Row, ...]:
        """Work of which another mistake was named than the one it holds, or one that is right."""
        return tuple(row for row in self.rows if row.named and (row.right or not row.well_named))

    @property
    def unnamed(self) -> tuple[Row, ...]:
        """Work whose mistake was caught and not named."""
        return tuple(row for row in self.rows if not row.right and row.well and not row.named)

    @property
    def idle(self) -> tuple[Column, ...]:
        """Checks that catch nothing that another does not."""
        return tuple(each for each in self.columns if not each.alone and not each.left_out)

    @property
    def sound(self) -> bool:
        """Whether nothing wrong passes and nothing right fails."""
        return not self.slipped and not self.wronged


def audit_of(works: Iterable[Audited]) -> Audit:
    """Work it out; the columns are the checks of the first result that has any."""
    audited = list(works)
    checks = max((_checks(each.result) for each in audited), key=len, default=[])
    ids = [check.id for check in checks]
    # What wants a look comes first, then what is wrong, then what is right.
    rows = tuple(
        sorted((_row(each, ids) for each in audited), key=lambda row: (row.well, row.right))
    )
    wrong = [row for row in rows if not row.right]
    columns = tuple(
        Column(
            id=check.id,
            title=clean_line(check.title),
            caught=sum(row.lost[i] for row in wrong),
            alone=sum(row.lost[i] and sum(row.lost) == 1 for row in wrong),
            left_out=check.left_out,
        )
        for i, check in enumerate(checks)
    )
    return Audit(columns, rows)


def _row(work: Audited, ids: Sequence[str]) -> Row:
    result = work.result
    by_id = {check.id: check for check in _checks(result)}
    right = work.mistake is None
    lost = tuple(name in by_id and by_id[name].status in _LOST for name in ids)
    named = tuple(dict.fromkeys(m.id for check in by_id.values() for m in check.mistakes))
    missing = result.max_score - result.score - result.left_out
    ungraded = result.status == "ungraded"
    return Row(
        id=result.submission.id,
        name=work.mistake or result.submission.id,
        right=right,
        lost=lost,
        points=wording.points(missing),
        named=named,
        well=missing == 0 and not ungraded if right else missing > 0,
        well_named=None if right else named == (work.mistake,),
        href=f"submissions/{result.submission.id}/report.html",
    )


def _checks(result: SubmissionResult) -> list[CheckResult]:
    return [check for question in result.questions for check in question.checks]
