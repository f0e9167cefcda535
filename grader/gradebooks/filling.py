"""A learning platform's own gradebook, filled in where the platform gave it.

Canvas imports a CSV of its gradebook with the columns that say who is meant and those of
assignments, `Name (id)`, whose row `Points Possible` tells the most that can be had. Moodle's
grading worksheet has `Identifier`, `Grade`, `Maximum Grade` and `Feedback comments`. Blackboard's
download has `Username` and columns such as `HW 05 [Total Pts: 100 Score] |4711`. Each takes back
what it gave, changed in the cells that are to change.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grader.choices import Platform
from grader.errors import UsageError
from grader.gradebooks.grades import Grade
from grader.gradebooks.tables import Cell, Table
from grader.intake import Enrolled, TextTable, code_key, name_keys, people_by_row, spelling


@dataclass(frozen=True)
class _Form:
    """How one platform writes what is to be filled in."""

    found_in: str
    """Where the platform hands it out."""
    scores: re.Pattern[str]
    """Headings of columns that take scores."""
    most: re.Pattern[str]
    """Where the most that can be had stands: in the heading of the scores."""
    most_heading: str | None = None
    """Or in a column of its own, by its heading."""
    remarks: str | None = None
    """The heading of the column for remarks."""
    kept: re.Pattern[str] | None = None
    """Headings of the columns that are handed back; None: all."""


_NEVER = re.compile(r"(?!)")
PLATFORMS: Final[Mapping[Platform, _Form]] = {
    "canvas": _Form(
        found_in="in Grades, Export, Export Entire Gradebook",
        scores=re.compile(r".+ \(\d+\)$"),
        most=_NEVER,
        kept=re.compile(r"(?i)(student|id|sis user id|sis login id|integration id|section)$"),
    ),
    "moodle": _Form(
        found_in="in the assignment, View all submissions, Download grading worksheet",
        scores=re.compile(r"(?i)grade$"),
        most=_NEVER,
        most_heading="maximum grade",
        remarks="feedback comments",
    ),
    "blackboard": _Form(
        found_in="in Grade Center, Work Offline, Download",
        scores=re.compile(r".+\|\s*\d+$"),
        most=re.compile(r"\[Total Pts: (?:up to )?(\d+(?:\.\d+)?)"),
    ),
}
_MOST_ROW = re.compile(r"(?i)\s*points possible\s*$")
_MOST_ROW_LENGTH = 100
"""Characters of a cell that are looked at for it: every row is, for everybody."""


@dataclass(frozen=True)
class Filled:
    """A gradebook with its scores.

    Attributes:
        table: what the platform takes back.
        delimiter: the mark between its cells.
        column: the heading of the column that was filled in.
        unplaced: whoever has a score and no row.
        notes: what else a person should know.
    """

    table: Table
    delimiter: str
    column: str
    unplaced: tuple[Grade, ...]
    notes: tuple[str, ...]


def fill_gradebook(
    book: TextTable, platform: Platform, grades: Sequence[Grade], title: str, column: str | None
) -> Filled:
    """Write scores into a platform's gradebook; rows of people without one stay as they are.

    Args:
        book: what the platform gave.
        platform: which one.
        grades: who gets what.
        title: of the assignment, by which its column is found.
        column: the heading of that column, where it is another.

    Raises:
        UsageError: there is no such column, or no column of people.
    """
    form = PLATFORMS[platform]
    first, people = people_by_row(book)
    headings = book.rows[first].cells
    at = _column(book, form, headings, title, column)
    rows = [_padded(row.cells, len(headings)) for row in book.rows[first + 1 :]]
    placed = _placed(people, grades)
    remarks = _index(headings, form.remarks)
    scaled: set[tuple[float, float]] = set()
    for index, grade in placed.items():
        if grade.score is None:
            continue
        most = _most(form, headings, rows, at, index) or grade.max_score
        rows[index][at] = round(grade.score * most / grade.max_score, 4) if most else grade.score
        scaled.add((grade.max_score, most))
        if remarks is not None:
            rows[index][remarks] = grade.remark
    kept = [
        index
        for index, heading in enumerate(headings)
        if form.kept is None or index == at or form.kept.match(heading.strip())
    ]
    return Filled(
        Table(
            tuple(headings[index] for index in kept),
            tuple(tuple(row[index] for index in kept) for row in rows),
        ),
        book.delimiter,
        headings[at],
        _unplaced(grades, placed),
        tuple(
            f"Scores of {ours:g} were scaled to the {most:g} that '{headings[at].strip()}' takes."
            for ours, most in sorted(scaled)
            if ours != most
        ),
    )


def _unplaced(grades: Sequence[Grade], placed: Mapping[int, Grade]) -> tuple[Grade, ...]:
    found = set(map(id, placed.values()))
    return tuple(each for each in grades if each.score is not None and id(each) not in found)


def _column(
    book: TextTable, form: _Form, headings: Sequence[str], title: str, wanted: str | None
) -> int:
    """The column that takes the scores."""
    if wanted is not None:
        found = _index(headings, wanted.strip().casefold())
        if found is not None:
            return found
        raise UsageError(f"{book.source} has no column '{wanted}'. It has: {_quoted(headings)}.")
    able = [index for index, each in enumerate(headings) if form.scores.match(each.strip())]
    if len(able) != 1:
        named = [i for i in able if headings[i].strip().casefold().startswith(title.casefold())]
        able = named if len(named) == 1 else able
    if len(able) == 1:
        return able[0]
    if not able:
        raise UsageError(
            f"{book.source} has no column for scores. Say with --column which of its columns "
            f"takes them: {_quoted(headings)}."
        )
    raise UsageError(
        f"{book.source} has {len(able)} columns for scores, and none alone begins with "
        f"'{title}'. Say with --column which it is: {_quoted([headings[i] for i in able])}."
    )


def _quoted(headings: Sequence[str]) -> str:
    return ", ".join(f"'{heading.strip()}'" for heading in headings if heading.strip())


def _index(headings: Sequence[str], wanted: str | None) -> int | None:
    return next((i for i, each in enumerate(headings) if each.strip().casefold() == wanted), None)


def _padded(cells: Sequence[str], width: int) -> list[Cell]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _placed(people: Sequence[Enrolled | None], grades: Sequence[Grade]) -> dict[int, Grade]:
    """Row -> whose it is: by code, else by a name that is one person's alone on both sides."""
    by_name: dict[str, set[int]] = defaultdict(set)
    rows_by_name: dict[str, set[int]] = defaultdict(set)
    for number, grade in enumerate(grades):
        for key in name_keys(grade.name or grade.id):
            by_name[key].add(number)
    for row, person in enumerate(people):
        for key in name_keys(person.name or "") if person else ():
            rows_by_name[key].add(row)
    placed = _placed_by_code(people, grades)
    taken = set(map(id, placed.values()))
    for row, person in enumerate(people):
        if person is None or row in placed:
            continue
        keys = name_keys(person.name or "")
        found = set().union(*(by_name.get(key, set()) for key in keys))
        alike = set().union(*(rows_by_name[key] for key in keys))
        if len(found) == len(alike) == 1 and id(grades[(only := found.pop())]) not in taken:
            placed[row] = grades[only]
    return placed


def _placed_by_code(people: Sequence[Enrolled | None], grades: Sequence[Grade]) -> dict[int, Grade]:
    """Row -> whose it is by its codes, where no name and no other row contradicts.

    One platform's number may be another's login, and people choose logins.
    """
    codes = _Codes(grades)
    rows: dict[int, list[int]] = defaultdict(list)
    for row, person in enumerate(people):
        hit = {id(grade): grade for grade in codes.of(person)} if person else {}
        if len(hit) > 1:
            hit = {key: grade for key, grade in hit.items() if _is_named_alike(person, grade)}
        for key in hit if len(hit) == 1 else ():
            rows[key].append(row)
    placed: dict[int, Grade] = {}
    for grade in grades:
        hit_rows = rows.get(id(grade), [])
        if len(hit_rows) > 1:
            hit_rows = [row for row in hit_rows if _is_named_alike(people[row], grade)]
        placed.update(dict.fromkeys(hit_rows, grade))
    return placed


class _Codes:
    """Who gets what, to be looked up by the codes of a row."""

    def __init__(self, grades: Sequence[Grade]) -> None:
        self._spelled: dict[str, list[Grade]] = defaultdict(list)
        self._numbers: dict[str, list[Grade]] = defaultdict(list)
        for grade in grades:
            self._spelled[spelling(grade.id)].append(grade)
            self._numbers[code_key(grade.id)].append(grade)

    def of(self, person: Enrolled) -> list[Grade]:
        """Those whom a row's codes name.

        A number in another form may be a login that somebody chose: it counts beside a name alone.
        """
        found = [
            each for code in person.coded for each in self._spelled.get(spelling(code.text), ())
        ]
        return found or [
            each
            for code in person.coded
            if code.kind == "number"
            for each in self._numbers.get(code.key[1], ())
            if _is_named_alike(person, each)
        ]


def _is_named_alike(person: Enrolled | None, grade: Grade) -> bool:
    keys = name_keys((person.name if person else None) or "")
    return bool(keys & name_keys(grade.name or ""))


def _most(
    form: _Form, headings: Sequence[str], rows: Sequence[Sequence[Cell]], at: int, row: int
) -> float | None:
    """The most that can be had, as the gradebook tells; None where it does not."""
    if match := form.most.search(headings[at]):
        return float(match[1])
    column = _index(headings, form.most_heading)
    if column is not None:
        return _number(rows[row][column])
    above = next((each for each in rows if any(_is_most_row(cell) for cell in each)), None)
    return None if above is None else _number(above[at])


def _is_most_row(cell: Cell) -> bool:
    return isinstance(cell, str) and _MOST_ROW.match(cell[:_MOST_ROW_LENGTH]) is not None


def _number(cell: Cell) -> float | None:
    try:
        value = float(str(cell).replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
