"""What tells of each source of a submission whether it is to be run; read once, and kept small."""

from __future__ import annotations

from dataclasses import dataclass

from grader.intake.documents import Document
from grader.intake.imports import Imported, imports_of
from grader.intake.parsing import Parser
from grader.intake.recognition import homework_marks, trains_at_once


@dataclass(frozen=True)
class Source:
    """A notebook or a script.

    Attributes:
        name: of its file.
        is_notebook: whether it is one.
        size: characters of code.
        marks: what of the homework stands in it.
        imports: what may be modules of the submission's.
        trains_at_once: whether it trains when it is run, outside of any function.
    """

    name: str
    is_notebook: bool
    size: int
    marks: frozenset[str] = frozenset()
    imports: frozenset[Imported] = frozenset()
    trains_at_once: bool = False


def look_at(name: str, document: Document, parser: Parser) -> Source:
    """What a document holds.

    Args:
        name: of its file.
        document: the content.
        parser: the submission's.
    """
    code = document.code
    imports: set[Imported] = set()
    for text, tree in parser.parsed(document.cells):
        imports.update(imports_of(text, tree))
    return Source(
        name,
        is_notebook=document.is_notebook,
        size=len(code),
        marks=homework_marks(code),
        imports=frozenset(imports),
        trains_at_once=trains_at_once(code),
    )
