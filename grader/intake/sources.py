"""What tells of each source of a submission whether it is to be run; read once, and kept small."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from grader.errors import IntakeError
from grader.files import open_regular
from grader.intake.documents.blanks import count_blanks, definitions
from grader.intake.documents.document import Document, too_many_cells, too_much_code
from grader.intake.documents.parsing import Parser
from grader.intake.documents.reading import read_document
from grader.intake.imports import Imported, imports_of
from grader.intake.limits import MAX_CELLS_IN_ALL, MAX_IMPORTS, MAX_TEXT_IN_ALL, MAX_UNREADABLE
from grader.intake.recognition import homework_marks, is_call, trains_at_once
from grader.intake.suffixes import is_notebook


@dataclass(frozen=True)
class Source:
    """A notebook or a script.

    Attributes:
        name: of its file.
        is_notebook: whether it is one.
        size: characters of code.
        marks: what of the homework stands in it.
        filled: those of the marks that are no definition without anything in it.
        blanks: what was left as it was handed out: such definitions, and names that are None.
        imports: what may be modules of the submission's.
        trains_at_once: whether it trains when it is run, outside of any function.
        refusal: why it cannot be read; then its marks are what shows of them in what there is.
    """

    name: str
    is_notebook: bool
    size: int
    marks: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    blanks: int = 0
    imports: frozenset[Imported] = frozenset()
    trains_at_once: bool = False
    refusal: IntakeError | None = None


class Surveyor:
    """Looks at the sources of one submission until they hold more than any homework does."""

    def __init__(self, folder: Path, owner: str) -> None:
        """Begin.

        Args:
            folder: where the sources lie.
            owner: what is said to hold too much.
        """
        self._folder, self._owner = folder, owner
        self._parser = Parser()
        self._characters, self._cells = MAX_TEXT_IN_ALL, MAX_CELLS_IN_ALL

    def look_at(self, name: str) -> Source:
        """What a file holds, or what shows of it where it cannot be read.

        Raises:
            IntakeError: with those before, it is too much.
        """
        try:
            document = read_document(self._folder / name, name)
        except IntakeError as error:
            return _look_at_unreadable(self._folder / name, name, error)
        self._count(document)
        return _look_at(name, document, self._parser)

    def _count(self, document: Document) -> None:
        self._characters -= document.length
        self._cells -= document.cells_in_all
        if self._characters < 0:
            raise too_much_code(self._owner, MAX_TEXT_IN_ALL)
        if self._cells < 0:
            raise too_many_cells(self._owner, MAX_CELLS_IN_ALL)


def _look_at(name: str, document: Document, parser: Parser) -> Source:
    """What a document holds.

    Args:
        name: of its file.
        document: the content.
        parser: the submission's.
    """
    code = document.code
    marks = homework_marks(code)
    imports: set[Imported] = set()
    computing: dict[str, bool] = {}
    blanks = 0
    for text, tree in parser.parsed(document.cells):
        imports.update(islice(imports_of(text, tree), MAX_IMPORTS - len(imports)))
        if tree is None:
            continue
        blanks += count_blanks(tree)
        for mark, computes in definitions(tree):  # of several of one name, one is enough
            computing[mark] = computing.get(mark, False) or computes
    hollow = {mark for mark in marks if not computing.get(mark, True)}
    return Source(
        name,
        is_notebook=document.is_notebook,
        size=len(code),
        marks=marks,
        filled=marks - hollow,
        blanks=blanks + len(hollow),
        imports=frozenset(imports),
        trains_at_once=any(map(is_call, marks)) and trains_at_once(code),
    )


def _look_at_unreadable(path: Path, name: str, refusal: IntakeError) -> Source:
    """What shows of the homework in a file that cannot be read.

    Args:
        path: where it lies.
        name: of the file.
        refusal: why it cannot be read.
    """
    try:
        with open_regular(path) as file:
            text = file.read(MAX_UNREADABLE).decode("utf-8", "replace")
    except OSError:
        text = ""
    marks = homework_marks(text.replace("\\n", "\n"))  # a notebook writes ends of lines like that
    return Source(name, is_notebook=is_notebook(name), size=0, marks=marks, refusal=refusal)
