"""Names of people and submissions in one form each, so that two ways of writing them are equal."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

from grader.intake.limits import MAX_ID_BYTES

_WORD = re.compile(r"[^\W_]+")
_PARTICIPANT = re.compile(r"^(?:participant|참가자)\s*(\d+)$")
_SPREADSHEET = re.compile(r"^(\d+)\.0+$")
_YEAR_FIRST = re.compile(r"^(\d{4})-(\d{4,6})$")
_LABEL_WORD = re.compile(r"(?<!\d)\d{4}-\d{4,6}(?!\d)|[^\s_,()\[\]-]+")
"""A student number with its hyphen, too."""
_NAME_WORD = re.compile(r"[가-힣]+|[^\s_,()\[\]가-힣-]+")
_MAX_WORDS = 8
_MAX_LABEL_WORDS = 20


def spelling(code: str) -> str:
    """A login or address as it is compared: of case alone it can be said that it does not count.

    People choose logins, and `2023-1234` is another than `20231234`. Moodle's `Participant 4711` is
    its own way to write 4711, and nobody's choice.
    """
    text = unicodedata.normalize("NFC", code).strip().casefold()
    return match[1] if (match := _PARTICIPANT.match(text)) else text


def code_key(number: str) -> str:
    """A student number as it is compared.

    Spreadsheets drop leading zeros and add `.0`; a hyphen behind the year of a student number
    stands in some lists and not in others.
    """
    text = spelling(number)
    if match := _SPREADSHEET.match(text):
        text = match[1]
    if match := _YEAR_FIRST.match(text):
        text = match[1] + match[2]
    return (text.lstrip("0") or text) if text.isdigit() else text


def name_keys(name: str) -> frozenset[str]:
    """The forms in which a name is compared; two names are alike when they share one.

    "Lovelace, Ada", "Ada Lovelace" and Canvas's "lovelaceada" are, with or without accents:
    its words in alphabetical order, and run together from each of them on.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    # Hangul comes apart too and is put together again.
    words = _WORD.findall(unicodedata.normalize("NFC", plain))[:_MAX_WORDS]
    if not words:
        return frozenset()
    rotations = {"".join(words[start:] + words[:start]) for start in range(len(words))}
    return frozenset(rotations | {"".join(sorted(words))})


def words(label: str) -> list[str]:
    """The words of a label that may hold a name and a code, as in `hw5_kimcs`."""
    return _LABEL_WORD.findall(label)


def phrases(label: str) -> Iterator[tuple[range, str]]:
    """Each few words in a row of a label that may be a name, with their places, the longest first.

    Hangul is told from what it is joined to, as in `과제5김철수`.
    """
    found = _NAME_WORD.findall(unicodedata.normalize("NFC", label))[:_MAX_LABEL_WORDS]
    for length in range(min(len(found), _MAX_WORDS), 0, -1):
        for start in range(len(found) - length + 1):
            yield range(start, start + length), " ".join(found[start : start + length])


def as_id(name: str) -> str:
    """A name as a submission's id, which names a folder: never hidden, never leading elsewhere.

    One that is too long ends in a digest of the whole, by which it is told.
    """
    text = unicodedata.normalize("NFC", as_text(name)).replace("/", "_").replace("\\", "_").strip()
    if not text or text.startswith("."):
        text = f"_{text}"
    written = text.encode()
    if len(written) <= MAX_ID_BYTES:
        return text
    kept = written[: MAX_ID_BYTES - 9].decode("utf-8", "ignore")  # without half a character
    return f"{kept}-{hashlib.sha256(written).hexdigest()[:8]}"


def numbered(name: str, number: int) -> str:
    """A file's name with a number before its suffix; the first is called as it is."""
    path = PurePath(name)
    return name if number == 1 else f"{path.stem}-{number}{path.suffix}"


def as_text(name: str) -> str:
    """A file's name as it can be written in a result; archives made on Windows hold others."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # halves of characters that no file system gave
        return name.encode("utf-8", "backslashreplace").decode()
