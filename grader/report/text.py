"""Cleaning of text that a student may have written, before a person reads it in a page.

Escaping of HTML is the templates' work. What is done here is what escaping leaves in: characters
that move, hide or reorder other text, and length.
"""

from __future__ import annotations

import json
import re
import unicodedata

from grader.language import N_, _

TEXT_LIMIT = 4_000
LINE_LIMIT = 200
CUT = N_("… (cut)")

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    # OSC: window titles, hyperlinks. Bounded, so that an opening without an end cannot swallow
    # the rest of a reason.
    r"|\x1b\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)"
    r"|\x1b[@-Z\\-_]"
)
_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab and the line breaks above
    "\u00ad\u200b\u2060-\u2065\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff"  # invisible
    # Invisible, too, though they are taken for marks, letters and a symbol.
    "\u034f\u180b-\u180f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f]"  # bidi marks and overrides
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NONCHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_MOST_MARKS = 4
"""On one character; pointed Hebrew, with an accent, and Tibetan have three."""
_PILE = re.compile(rf"[^\w\s\0-\x7f]{{{_MOST_MARKS + 1},}}")  # where more marks may be
_SPACE = re.compile(r"\s+")


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 file can hold, by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def escape_unseen(json_text: str) -> str:
    """JSON that says the same, without what a terminal obeys or nobody sees as it stands."""
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], json_text)


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Text fit to be escaped and shown: no control or bidi characters, at most `limit` long.

    Line breaks (all kinds become `\\n`) and tabs stay. Joiners (U+200C, U+200D) stay: names need
    them, and so do emoji, which need U+FE0F, too. A cut is marked by "… (cut)" after the `limit`
    characters.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # as most is, and a page has thousands of them
    # A line of 10 MB costs nothing when it is cut before the patterns run over it; the factor
    # leaves room for what they take out.
    kept = text[: 4 * limit]
    kept = _ANSI.sub("", kept)
    kept = _NEWLINE.sub("\n", kept)
    kept = _UNSEEN.sub("", kept)
    kept = _NONCHARACTER.sub("\ufffd", without_surrogates(kept))
    kept = _PILE.sub(_without_piles, kept)
    if len(kept) > limit or len(text) > 4 * limit:
        return kept[:limit] + _(CUT)
    return kept


def _without_piles(match: re.Match[str]) -> str:
    """Without the marks that are too many: piled up, they paint over the lines above and below."""
    kept, marks = [], 0
    for character in match[0]:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
        elif category != "Cf":  # joiners and the like, across which they pile up, too
            marks = 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The same for what stands on one line: a name, a file, a title. Empty if nothing is seen."""
    line = _SPACE.sub(" ", clean(text, limit)).strip()
    return line if line.isascii() or any(map(_is_seen, line)) else ""


def _is_seen(character: str) -> bool:
    """Whether a character shows without another one: no space, no joiner, no mark."""
    return unicodedata.category(character) not in ("Mn", "Me", "Cf", "Zs")


def optional_line(text: str | None) -> str | None:
    """A cleaned line, or None when there is nothing to show."""
    return (clean_line(text) or None) if text else None
