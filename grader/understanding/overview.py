"""`Overview`: what was understood of a submission, as `torchgrade show` prints it."""

from __future__ import annotations

from pydantic import Field

from grader.results import Record, RunName


class CellLine(Record):
    """One cell: its place, its In [n], its first line of code, what it raised."""

    place: str
    executed: int | None
    first_line: str
    lines: int
    error: str | None


class DefinitionLine(Record):
    """One name that the homework asks for, and where the definition stands that counts."""

    name: str
    origin: str
    where: str | None
    definitions: int


class TrainingLine(Record):
    """One training that was found: a call, a loop, or a call that is never reached."""

    where: str
    what: str
    model: str | None = None
    optimizer: str | None = None
    epochs: int | None = None
    run: RunName | None = None
    obstacle: str | None = None


class Overview(Record):
    """Everything that `torchgrade show` prints; `problem` when nothing could be understood."""

    submission: str
    entry: str | None
    problem: str | None = None
    cells: tuple[CellLine, ...] = ()
    definitions: tuple[DefinitionLine, ...] = ()
    trainings: tuple[TrainingLine, ...] = ()
    runs: dict[RunName, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
