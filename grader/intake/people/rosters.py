"""Rosters: who is in the course, from whatever table the instructor has at hand.

Any CSV with a line of headings will do: a gradebook of Canvas, Blackboard or Gradescope, Moodle's
grading worksheet, GitHub Classroom's roster, or a list with 학번 and 이름.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from grader.errors import UsageError
from grader.intake.limits import MAX_ROSTER_CELL
from grader.intake.names import code_key, name_keys, spelling
from grader.intake.people.tables import LINES_BEFORE_HEADINGS, TextTable, parse_table, read_table

Kind = Literal["number", "login", "email"]
Column = Kind | Literal["name", "first", "last", "role"]

KINDS: Final[tuple[Kind, ...]] = ("number", "login", "email")
"""The kinds of code, the ones that people cannot choose first."""

_HEADINGS: Final[dict[Column, str]] = {
    "name": "name student studentname fullname displayname 이름 성명 학생 학생명 학생이름",
    "first": "firstname givenname first forename",
    "last": "lastname surname familyname last",
    "number": "id sid studentid studentnumber studentno sisuserid sisid identifier idnumber userid "
    "rosteridentifier 학번 학생번호 식별자 식별번호",
    "login": "login loginid sisloginid username user githubusername github netid 아이디 로그인 "
    "사용자이름 사용자아이디",
    "email": "email emailaddress mail 이메일 이메일주소 전자우편 메일 메일주소",
    "role": "role 역할",
}
"""Headings in lower case without spaces and marks."""
_MAX_HEADING: Final = 200
"""Characters of a cell that are looked at for a heading."""
_NO_STUDENTS: Final = ("pointspossible", "studenttest", "teststudent")
"""Rows of a Canvas gradebook that are nobody."""
_STAFF: Final = ("instructor", "ta", "reader", "teacher")


@dataclass(frozen=True)
class Code:
    """A student number, login or address, as it is written."""

    column: Kind
    text: str

    @property
    def kind(self) -> Kind:
        """What it is; an address is one in every column."""
        return "email" if "@" in self.text else self.column

    @property
    def key(self) -> tuple[Kind, str]:
        """The form in which it is compared: a login is no student number."""
        return self.kind, code_key(self.text) if self.kind == "number" else spelling(self.text)


@dataclass(frozen=True)
class Enrolled:
    """Someone on the roster."""

    line: int
    name: str | None
    coded: tuple[Code, ...]
    """Their codes in the order of `KINDS` and of the columns."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Their codes as they stand there, each once."""
        return tuple(dict.fromkeys(code.text for code in self.coded))

    @property
    def id(self) -> str:
        """What a result calls them."""
        return self.codes[0] if self.codes else self.name or ""


@dataclass(frozen=True)
class Roster:
    """Everyone in the course, once."""

    source: str
    people: tuple[Enrolled, ...]
    notes: tuple[str, ...] = ()


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        UsageError: it cannot be read, names nobody, or gives one code to two people; with the line.
    """
    return _roster(read_table(path, "roster", MAX_ROSTER_CELL))


def parse_roster(text: str, source: str) -> Roster:
    """Read a roster from its text; `source` is what it is called in messages.

    Raises:
        UsageError: as :func:`read_roster`.
    """
    return _roster(parse_table(text, source))


def people_by_row(table: TextTable) -> tuple[int, list[Enrolled | None]]:
    """The index of the row of headings, and who stands in each row after it, if anybody does.

    Raises:
        UsageError: it has no column of names or student numbers.
    """
    headings = next(
        (
            index
            for index, row in enumerate(table.rows[:LINES_BEFORE_HEADINGS])
            if _columns(row.cells)
        ),
        None,
    )
    if headings is None:
        raise UsageError(
            f"{table.source} has no column of names or student numbers. Give its first line "
            "headings such as name, student id, login and email, or 학번 and 이름."
        )
    columns = _columns(table.rows[headings].cells)
    return headings, [_person(row.line, row.cells, columns) for row in table.rows[headings + 1 :]]


def _roster(table: TextTable) -> Roster:
    _, by_row = people_by_row(table)
    people = [person for person in by_row if person is not None]
    if not people:
        raise UsageError(f"{table.source} names nobody below its headings.")
    merged, notes = _merged(people, table.source)
    return Roster(table.source, tuple(merged), tuple(notes))


def _columns(headings: Sequence[str]) -> list[Column | None]:
    """What each column holds; empty when there is neither name nor code among them."""
    columns = [_column(heading) for heading in headings]
    return columns if any(column not in (None, "role") for column in columns) else []


def _column(heading: str) -> Column | None:
    text = unicodedata.normalize("NFC", heading[:_MAX_HEADING]).casefold()
    key = re.sub(r"\(.*?\)|[\W_]", "", text)
    return next((column for column, known in _HEADINGS.items() if key in known.split()), None)


def _person(line: int, cells: Sequence[str], columns: Sequence[Column | None]) -> Enrolled | None:
    found: dict[Column, list[str]] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is not None and (text := cell[:MAX_ROSTER_CELL].strip()):
            found.setdefault(column, []).append(unicodedata.normalize("NFC", text))
    first, last = found.get("first", [""])[0], found.get("last", [""])[0]
    name = found.get("name", [f"{first} {last}".strip()])[0] or None
    codes = [Code(kind, text) for kind in KINDS for text in found.get(kind, ())]
    if name and _key(name) in _NO_STUDENTS:
        return None
    if found.get("role", [""])[0].casefold() in _STAFF:
        return None
    if not name and not codes:
        return None
    return Enrolled(line, name, tuple(dict.fromkeys(codes)))


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _merged(people: Sequence[Enrolled], source: str) -> tuple[list[Enrolled], list[str]]:
    """Everyone once: someone in two sections has two rows.

    Raises:
        UsageError: one code, or one name without any code, stands for two people.
    """
    merged: list[Enrolled] = []
    by_code: dict[tuple[Kind, str], int] = {}
    nameless: dict[frozenset[str], int] = {}
    notes = []
    for person in people:
        keys = [code.key for code in person.coded]
        known = {by_code[key] for key in keys if key in by_code}
        if not keys:
            same = nameless.setdefault(name_keys(person.name or ""), person.line)
            if same != person.line:
                raise UsageError(
                    f"{source}, lines {same} and {person.line}, both read {person.name}, with "
                    "nothing to tell the two apart. Add their student numbers."
                )
        for index in known:
            other = merged[index]
            if len(known) > 1 or not _may_be_one(person, other):
                code = next(each for each in person.coded if each.key in by_code)
                raise UsageError(
                    f"{source}, lines {other.line} and {person.line}, give {code.text} to two "
                    "people. Correct one of them."
                )
            notes.append(
                f"{source}, lines {other.line} and {person.line}, name one person; "
                "they are counted once."
            )
            coded = tuple(dict.fromkeys((*other.coded, *person.coded)))
            merged[index] = replace(other, name=other.name or person.name, coded=coded)
        index = next(iter(known), len(merged))
        if not known:
            merged.append(person)
        by_code.update(dict.fromkeys(keys, index))
    return merged, notes


def _may_be_one(one: Enrolled, other: Enrolled) -> bool:
    """Whether two rows that share a code can be one person's, who would be counted once.

    Whose codes of one kind differ are two people, whatever else they share. Where no names tell,
    what is shared must be written alike: `0042` and `42` may be two people's.
    """
    if any(_differ(_keys(one, kind), _keys(other, kind)) for kind in KINDS):
        return False
    if one.name is None or other.name is None:
        return bool(_spellings(one) & _spellings(other))
    return bool(name_keys(one.name) & name_keys(other.name))


def _differ(some: AbstractSet[str], others: AbstractSet[str]) -> bool:
    """Whether each has what the other has not; a row may leave out what another one tells."""
    return bool(some - others and others - some)


def _keys(person: Enrolled, kind: Kind) -> set[str]:
    return {code.key[1] for code in person.coded if code.kind == kind}


def _spellings(person: Enrolled) -> set[tuple[Kind, str]]:
    return {(code.kind, spelling(code.text)) for code in person.coded}
