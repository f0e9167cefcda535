"""`Document`: what a notebook or a script holds, as both are read into it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import IntakeError
from grader.intake.documents.outline import Mark
from grader.language import _
from grader.protocol.parts import Cell


@dataclass(frozen=True)
class Document:
    """Code in the order of the document.

    Attributes:
        cells: a notebook's code cells that hold anything; a script is one cell.
        notes: what a reader should know of how it was read.
        marks: the headings of the homework's parts and questions.
        executed: the n of `In [n]` for each cell; empty for a script.
        title: a notebook's first heading.
        length: characters that are looked through: of text, the beginning of each line.
        cells_in_all: cells of a notebook, whatever they hold.
    """

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    executed: tuple[int | None, ...] = ()
    title: str | None = None
    length: int = 0
    cells_in_all: int = 1

    @property
    def is_notebook(self) -> bool:
        """Whether it was read as a notebook."""
        return bool(self.executed)

    @property
    def code(self) -> str:
        """All cells as one text."""
        return "\n".join(cell.source for cell in self.cells)


def too_many_cells(name: str, most: int) -> IntakeError:
    """The error for a folder whose notebooks hold more than so many cells."""
    return IntakeError(
        _(
            "{name} holds more than {most:,} cells, which no homework does. "
            "Hand in your own work alone.",
            name=name,
            most=most,
        )
    )


def too_much_code(name: str, most: int) -> IntakeError:
    """The error for a file or a folder that holds more than so many characters of code."""
    return IntakeError(
        _(
            "{name} holds more than {most} MB of code, which no homework does. "
            "Hand in your own work alone.",
            name=name,
            most=most >> 20,
        )
    )
