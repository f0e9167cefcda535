"""The parts and questions of the homework, as headings and comments of a submission name them.

The course's notebook has the headings "Part II. Barebones PyTorch" to "Part V. ... challenge".
Forks of it translate them, number them otherwise, or mark what is to be done by `# Question N`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

from grader.intake.limits import MAX_HEADING, MAX_HEADINGS, MAX_MARKS
from grader.protocol.parts import Cell, Location


class Mark(BaseModel):
    """A heading: from this line of this cell on, what follows belongs to a part or question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cell: int = Field(description="index of the code cell that it stands in or before")
    line: int = Field(description="line in that cell; 0 when it stands before it")
    part: int | None = None
    question: int | None = None


@dataclass(frozen=True)
class Piece:
    """A cell of a notebook, or a whole script, as it stands in the document.

    Attributes:
        cell: its index among the code cells, or that of the next one for text.
        text: its source.
        is_code: whether it is code; in text, only headings are looked at.
    """

    cell: int
    text: str
    is_code: bool

    @property
    def length(self) -> int:
        """Characters that are looked at; a picture within text is one line of millions."""
        if self.is_code:
            return len(self.text)
        return min(len(self.text), MAX_HEADING * (self.text.count("\n") + 1))


@dataclass(frozen=True)
class Outline:
    """Answers under which heading a line stands."""

    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...]

    def question(self, where: Location) -> int | None:
        """N of the nearest `Question N` above a line; a heading of a part ends a question."""
        for mark in self._above(where):
            return mark.question
        return None

    def part(self, where: Location) -> int | None:
        """The part that a line stands in, 1 to 5."""
        for mark in self._above(where):
            if mark.part is not None:
                return mark.part
        return None

    def _above(self, where: Location) -> Iterator[Mark]:
        files = [cell.file for cell in self.cells]
        if where.file not in files:
            return
        place = (files.index(where.file), where.line if where.line is not None else 1 << 62)
        for mark in reversed(self.marks):
            if (mark.cell, mark.line) <= place:
                yield mark


# Possessive: what has been taken is not given back, so that a line takes no longer than it is long.
_BEGIN = r"^[ \t\"']*+(?:#++|<h\d[^>]*+>|\*\*)\W*+"
_QUESTION = re.compile(
    r"^[ \t\"']*+#++\W*+"
    r"(?:(?:todo|answer|solution|to|for|part\s+(?:[ivx]+|\d))\b\W*+)*+"
    r"(?:question|(?-i:Q)|문제|问题|題|问|вопрос)\s*+(?:#\s*+)?(\d{1,2})\b"
    r"(?!\s*[=\[])",  # code that was commented out
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_NUMERALS = {
    "1": 1, "i": 1, "一": 1, "2": 2, "ii": 2, "二": 2, "3": 3, "iii": 3, "三": 3,
    "4": 4, "iv": 4, "四": 4, "5": 5, "v": 5, "五": 5,
}  # fmt: skip
_NUMERAL = "|".join(sorted(_NUMERALS, key=len, reverse=True))
# The names of the interfaces survive a translation.
_OWN_WORDS = {
    2: "barebones pytorch", 3: "pytorch module api", 4: "pytorch sequential api",
    5: "cifar-10 open-ended challenge",
}  # fmt: skip
"""What the homework's own headings say after "Part II" to "Part V"."""
_PART = re.compile(
    rf"{_BEGIN}(?:(?:part|teil|parte|partie|часть|파트|パート)\W{{0,3}}({_NUMERAL})(?!\w)"
    rf"|(?:제|第)\s*({_NUMERAL})\s*(?:부|部分?|장|章|파트))\W*+({'|'.join(_OWN_WORDS.values())})?",
    re.IGNORECASE,
)
_INTERFACE = re.compile(
    rf"{_BEGIN}.{{0,40}}?(?:(barebones?)|(module api|nn\.module)|(sequential api|nn\.sequential)"
    r"|(open[- ]ended|challenge))",
    re.IGNORECASE,
)
_FIRST_INTERFACE = 2
"""The part of the homework that the first interface stands in."""
# A notebook's heading is a comment in its export.
_TOP = re.compile(r"^[ \t\"']*+(?:(?:#[ \t]++)?#[ \t]*+[^#\s]|<h1)", re.IGNORECASE)
"""A heading of the first level."""


def find_marks(pieces: Sequence[Piece]) -> tuple[Mark, ...]:
    """The marks of a document, in order.

    Where no part is numbered, headings that name the homework's interfaces tell the parts. In a
    notebook comments tell them only where its text does not, and in the homework's own words.
    """
    found = (heading for piece in pieces for heading in _headings(piece))
    headings = list(islice(found, MAX_HEADINGS))
    is_script = len(pieces) == 1  # it has nothing but comments
    telling = [heading for heading in headings if is_script or not heading.is_code]
    own = [part for part in _numbered(headings) if part.is_own]
    parts = _numbered(telling) or _interfaces(telling) or own
    marks = [*_in_order(parts), *_questions(headings)]
    return tuple(sorted(marks, key=lambda mark: (mark.cell, mark.line))[:MAX_MARKS])


@dataclass(frozen=True)
class _Heading:
    """A line that may be a heading or is a comment.

    Attributes:
        cell: the code cell that it stands in or before.
        line: its number in that cell; 0 when it stands before it.
        below: the last line of code above it in that cell; headings of one have no code between.
        text: the line.
        is_code: whether it stands in code.
    """

    cell: int
    line: int
    below: int
    text: str
    is_code: bool


def _headings(piece: Piece) -> Iterator[_Heading]:
    below = 0
    for number, line in enumerate(piece.text.split("\n"), start=1):
        begin = line.lstrip(" \t\"'")[:1]
        if begin not in ("#", "<", "*"):
            below = number if begin and piece.is_code else below
        elif _WORD.search(line):
            # Of one character such as the Roman numeral two it makes the letters it looks like.
            text = normalize("NFKC", line[:MAX_HEADING])[:MAX_HEADING]
            yield _Heading(piece.cell, number if piece.is_code else 0, below, text, piece.is_code)


@dataclass(frozen=True)
class _Part:
    """A heading that names a part, and whether it is the homework's own, translated or not."""

    heading: _Heading
    number: int
    is_own: bool = False


def _numbered(headings: Iterable[_Heading]) -> list[_Part]:
    """Headings with the number of a part; where one has the homework's own, it has no other."""
    found = [*_with_numbers(headings)]
    own = {part.number for part in found if part.is_own}
    return [part for part in found if part.is_own or part.number not in own]


def _with_numbers(headings: Iterable[_Heading]) -> Iterator[_Part]:
    for heading in headings:
        match = _PART.match(heading.text)
        if match:
            number = _NUMERALS[(match.group(1) or match.group(2)).lower()]
            words = (match.group(3) or "").lower()
            is_own = words == _OWN_WORDS.get(number) and bool(_TOP.match(heading.text))
            yield _Part(heading, number, is_own=is_own)


def _interfaces(headings: Iterable[_Heading]) -> list[_Part]:
    found = [(heading, _INTERFACE.match(heading.text)) for heading in headings]
    return [
        _Part(heading, _FIRST_INTERFACE + match.lastindex - 1)
        for heading, match in found
        if match is not None and match.lastindex is not None
    ]


def _in_order(parts: Iterable[_Part]) -> Iterator[Mark]:
    """The headings that begin a part.

    None but the homework's own leads back to a part that has had its code: it is one within a later
    part ("Part 4: training"). The parts of a document may stand in any order all the same.
    """
    had: set[int] = set()
    current, place = 0, (-1, 0)
    for part in parts:
        cell, below = part.heading.cell, part.heading.below
        if (cell, below) != place:
            had.add(current)
            place = cell, below
        if part.is_own or part.number >= current or part.number not in had:
            current = part.number
            yield Mark(cell=cell, line=part.heading.line, part=current)


def _questions(headings: Sequence[_Heading]) -> Iterator[Mark]:
    for heading in headings:
        match = _QUESTION.match(heading.text)
        if match:
            yield Mark(cell=heading.cell, line=heading.line, question=int(match.group(1)))
