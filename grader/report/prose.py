"""Setting a reason in type: which of its lines are sentences, which are measurements.

A reason is plain text of several lines. Sentences read best in the page's own face; shapes,
dtypes and numbers read best in a monospaced one, where they line up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from grader.report.text import clean

_FIGURE = re.compile(
    r"`[^`\n]+`"
    r"|\((?:\d+|N|C|H|W)(?:, ?(?:\d+|N|C|H|W|\.\.\.))*,?\)"  # a shape
    r"|torch\.\w+"
    r"|(?<![\w.])-?\d+\.\d+(?:e[-+]?\d+)?(?![\w.]|[\s\u00a0]?%)",
    re.ASCII,  # a Korean particle follows a number or a name without a space
)
_MEASUREMENT = re.compile(r"^(?:\s{2,}|\t)|^[\w.-]+(?: [\w.-]+){0,2} *[:=] .*\d")


@dataclass(frozen=True)
class Piece:
    """A stretch of a line; `figure` when it is a shape, a number or code."""

    text: str
    figure: bool


@dataclass(frozen=True)
class Block:
    """Consecutive lines of one kind: a sentence, or measurements to be kept in columns."""

    pieces: tuple[Piece, ...]
    measured: bool


def typeset(reason: str | None) -> tuple[Block, ...]:
    """The blocks of a reason in order; nothing is lost but common indentation."""
    if not reason:
        return ()
    blocks: list[Block] = []
    lines = clean(reason).strip("\n").split("\n")
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and _is_measured(lines, end) == _is_measured(lines, start):
            continue
        text = "\n".join(lines[start:end])
        if _is_measured(lines, start):
            blocks.append(Block((Piece(dedent(text), figure=False),), measured=True))
        else:
            blocks.append(Block(_pieces(text), measured=False))
        start = end
    return tuple(blocks)


def _is_measured(lines: list[str], index: int) -> bool:
    """The first line says what is the matter; it is a sentence whatever it holds."""
    return index > 0 and _MEASUREMENT.search(lines[index]) is not None


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    end = 0
    for match in _FIGURE.finditer(text):
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()], figure=False))
        pieces.append(Piece(match.group(), figure=True))
        end = match.end()
    if end < len(text):
        pieces.append(Piece(text[end:], figure=False))
    return tuple(pieces)
