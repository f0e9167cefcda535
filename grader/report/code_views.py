"""The lines of code that a check speaks of, highlighted.

Lexed by Pygments, printed by the template: each piece is text that is cleaned and escaped like any
other, with a class for the stylesheet. Pygments' own HTML is not used, so that no markup comes into
a page that was made from what a student wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from grader.report.text import clean
from grader.results import SourceLine

LINES = 30
"""Lines that are shown of one excerpt, whatever a result holds."""
COLOURED = 150
"""Pieces of one excerpt that have a colour; real code has half. Of a table of numbers each one
would have its own, and a page would be as large as its author likes."""
_WIDTH = 120
_TONES = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Decorator, "name"),
    (Name.Builtin, "builtin"),
)


@dataclass(frozen=True)
class CodePiece:
    """A stretch of a line of one colour; no tone: the colour of text."""

    text: str
    tone: str


@dataclass(frozen=True)
class CodeLine:
    """One line; `gap` when lines are left out before it, `marked` when it is spoken of."""

    number: int
    pieces: tuple[CodePiece, ...]
    marked: bool
    gap: bool


def code_lines(lines: Sequence[SourceLine]) -> tuple[CodeLine, ...]:
    """Highlight an excerpt."""
    shown = lines[:LINES]
    # One line is to stay one line, whatever stands in it: the pieces are told apart by line breaks.
    texts = [clean(line.text, _WIDTH).replace("\n", " ") for line in shown]
    return tuple(
        CodeLine(
            number=line.number,
            pieces=tuple(pieces),
            marked=line.marked,
            gap=index > 0 and line.number != shown[index - 1].number + 1,
        )
        for index, (line, pieces) in enumerate(zip(shown, _highlighted(texts), strict=True))
    )


def _highlighted(texts: Sequence[str]) -> Iterator[list[CodePiece]]:
    """The pieces of each line. All are lexed together, as a string may go on in the next line."""
    pieces: list[CodePiece] = []
    coloured = 0
    # Unprocessed: the other way strips and adds line breaks.
    for _, token, text in PythonLexer().get_tokens_unprocessed("\n".join(texts)):
        tone = _tone(token.split()) if coloured < COLOURED else ""
        coloured += tone != ""
        first, *more = text.split("\n")
        _append(pieces, first, tone)
        for part in more:
            yield pieces
            pieces = []
            _append(pieces, part, tone)
    if texts:
        yield pieces


def _append(pieces: list[CodePiece], text: str, tone: str) -> None:
    """Add to a line; what has the colour of the piece before is one with it."""
    if pieces and pieces[-1].tone == tone:
        pieces[-1] = CodePiece(pieces[-1].text + text, tone)
    elif text:
        pieces.append(CodePiece(text, tone))


def _tone(kinds: Sequence[object]) -> str:
    """The colour of a token, by its kind and the kinds that this is one of."""
    return next((tone for kind, tone in _TONES if kind in kinds), "")
