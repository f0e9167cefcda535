"""The parts and questions of the homework, as headings and comments of a submission name them.

The course's notebook has the headings "Part II. Barebones PyTorch" to "Part V. ... challenge".
Forks of it translate them, number them otherwise, or mark what is to be done by `# Question N`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
_PART = re.compile(
    rf"{_BEGIN}(?:(?:part|teil|parte|partie|часть|파트|パート)\W{{0,3}}({_NUMERAL})(?!\w)"
    rf"|(?:제|第)\s*({_NUMERAL})\s*(?:부|部|장|章|파트))",
    re.IGNORECASE,
)
# The names of the interfaces survive a translation.
_INTERFACE = re.compile(
    rf"{_BEGIN}.{{0,40}}?(?:(barebones?)|(module api|nn\.module)|(sequential api|nn\.sequential)"
    r"|(open[- ]ended|challenge))",
    re.IGNORECASE,
)
_FIRST_INTERFACE = 2
"""The part of the homework that the first interface stands in."""


def find_marks(pieces: Sequence[Piece]) -> tuple[Mark, ...]:
    """The marks of a document, in order.

    Where no part is numbered, headings that name the homework's interfaces tell the parts.
    """
    found = ((piece, number, text) for piece in pieces for number, text in _headings(piece))
    headings = list(islice(found, MAX_HEADINGS))
    parts = list(_parts(headings)) or list(_interfaces(headings, is_script=len(pieces) == 1))
    marks = [*parts, *_questions(headings)]
    return tuple(sorted(marks, key=lambda mark: (mark.cell, mark.line))[:MAX_MARKS])


_Heading = tuple[Piece, int, str]


def _headings(piece: Piece) -> Iterator[tuple[int, str]]:
    """Lines that may be headings or comments, with their numbers."""
    for number, line in enumerate(piece.text.split("\n"), start=1):
        if line.lstrip(" \t\"'")[:1] in ("#", "<", "*") and _WORD.search(line):
            # Of one character such as the Roman numeral two it makes the letters it looks like.
            yield number if piece.is_code else 0, normalize("NFKC", line[:MAX_HEADING])


def _parts(headings: Sequence[_Heading]) -> Iterator[Mark]:
    for piece, line, text in headings:
        match = _PART.match(text)
        if match:
            number = _NUMERALS[(match.group(1) or match.group(2)).lower()]
            yield Mark(cell=piece.cell, line=line, part=number)


def _interfaces(headings: Sequence[_Heading], *, is_script: bool) -> Iterator[Mark]:
    for piece, line, text in headings:
        match = _INTERFACE.match(text)
        if match and (is_script or not piece.is_code):  # a comment in a notebook is no heading
            assert match.lastindex is not None
            yield Mark(cell=piece.cell, line=line, part=_FIRST_INTERFACE + match.lastindex - 1)


def _questions(headings: Sequence[_Heading]) -> Iterator[Mark]:
    for piece, line, text in headings:
        match = _QUESTION.match(text)
        if match:
            yield Mark(cell=piece.cell, line=line, question=int(match.group(1)))
