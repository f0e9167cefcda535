"""The calls of the homework's training functions that a source holds, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from grader.language import _
from grader.language.harness import from_harness
from grader.protocol.parts import Cell, Failure, Location, Recorded

_CALL = re.compile(
    r"^(?![ \t]*(?:#|def\b|class\b))[^#\n]*?\b(train_part(?:2|34))[ \t]*\(", re.MULTILINE
)
MAX_CALLS = 200
"""Of one submission; the homework has seven."""

_LONGEST_CALL = 10
"""Lines over which one call may be spread."""


@dataclass(frozen=True)
class TrainingCall:
    """A call as it is written; `obstacle` says why it was not reached, when it was not."""

    where: Location
    function: str
    obstacle: str | None = None


def training_calls(
    cells: Sequence[Cell], recorded: Sequence[Recorded], errors: Sequence[Failure]
) -> tuple[TrainingCall, ...]:
    """Every call that is not commented out, in the order of the document."""
    return tuple(islice(_calls(cells, recorded, errors), MAX_CALLS))


def _calls(
    cells: Sequence[Cell], recorded: Sequence[Recorded], errors: Sequence[Failure]
) -> Iterator[TrainingCall]:
    reached = {(each.where.file, each.where.line) for each in recorded if each.api != "built"}
    for cell in cells:
        line, counted = cell.first_line, 0
        for match in _CALL.finditer(cell.source):
            # From the name on: the match may begin on the line before.
            line += cell.source.count("\n", counted, match.start(1))
            counted = match.start(1)
            where = Location(file=cell.file, line=line)
            lines = range(line, line + _LONGEST_CALL)
            found = any((cell.file, each) in reached for each in lines)
            obstacle = None if found else _obstacle(where, errors)
            yield TrainingCall(where, match.group(1), obstacle)


def _obstacle(where: Location, errors: Sequence[Failure]) -> str:
    for error in errors:
        places = [place for place in error.places if place.file == where.file]
        if not places:
            continue
        return _error_in_cell(error.type_name, places[0].line)
    return _("it stands in code that is not run")


def _error_in_cell(type_name: str, line: int | None) -> str:
    if type_name == "SyntaxError":
        if line is None:
            return _("its cell is no Python")
        return _("its cell is no Python in line {line}", line=line)
    error = from_harness(type_name)
    if line is None:
        return _("{error} was raised in its cell", error=error)
    return _("{error} was raised in line {line} of its cell", error=error, line=line)
