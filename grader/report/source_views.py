"""What the index page says of a download: who is missing, late or unknown, what was passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.report.text import clean_line
from grader.results import Person, Source

_OPEN_LINES = 40
"""A list longer than this is folded up at first."""


@dataclass(frozen=True)
class Line:
    """One person or file; the remark stands beside it."""

    text: str
    remark: str = ""


@dataclass(frozen=True)
class Listing:
    """People or files of one kind."""

    heading: str
    hint: str
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lines)

    @property
    def open(self) -> bool:
        """Whether it is short enough to be shown at once."""
        return len(self.lines) <= _OPEN_LINES


@dataclass(frozen=True)
class SourceView:
    """All that the index says of a download, but the submissions."""

    name: str
    title: str
    evidence: str
    submitted: int
    enrolled: int
    lists: tuple[Listing, ...]


def source_view(source: Source, older: Mapping[str, tuple[str, ...]]) -> SourceView:
    """Work it out; `older` holds, by id of a submission, the attempts it takes the place of."""
    people = source.people
    listings = (
        Listing(
            "Missing",
            "On the roster, and nothing was handed in.",
            _people(p for p in people if p.status == "missing"),
        ),
        Listing(
            "Not on the roster",
            "Handed in, and no line of the roster fits.",
            _people(p for p in people if p.on_roster is False),
        ),
        Listing(
            "More than one submission",
            "Each was graded; the first named is taken for the one that counts.",
            tuple(
                Line(
                    _name(p), ", ".join(map(clean_line, (p.submission or "", *p.other_submissions)))
                )
                for p in people
                if p.other_submissions
            ),
        ),
        Listing("Late", "", _people(p for p in people if p.late)),
        Listing(
            "Earlier attempts",
            "Not graded: a newer attempt takes their place.",
            tuple(
                Line(clean_line(submission), ", ".join(map(clean_line, attempts)))
                for submission, attempts in older.items()
                if attempts
            ),
        ),
        Listing(
            "Passed over",
            "In the download, and part of no submission.",
            tuple(Line(clean_line(each.reason)) for each in source.passed_over),
        ),
        Listing("Notes", "", tuple(Line(clean_line(note)) for note in source.notes)),
    )
    return SourceView(
        name=clean_line(source.name),
        title=clean_line(source.title),
        evidence=clean_line(source.evidence),
        submitted=sum(p.on_roster is True and p.status == "submitted" for p in people),
        enrolled=sum(p.on_roster is True for p in people),
        lists=tuple(listing for listing in listings if listing.lines),
    )


def _people(people: Iterable[Person]) -> tuple[Line, ...]:
    return tuple(
        Line(_name(person), clean_line(person.id) if person.name else "") for person in people
    )


def _name(person: Person) -> str:
    return clean_line(person.name or person.id)
