"""Python files as text: encodings as Python itself finds them, and those of older editors."""

from __future__ import annotations

import codecs
import io
import tokenize
from pathlib import Path

from grader.errors import EmptyFile, IntakeError
from grader.files import read_regular
from grader.intake.documents.document import Document
from grader.intake.documents.kinds import refuse_other_kinds
from grader.intake.documents.outline import Piece, find_marks
from grader.intake.limits import MAX_SOURCE_BYTES
from grader.language import N_, _
from grader.protocol.parts import Cell

# Tried in order where a file is not UTF-8 and does not say what it is: Korean Windows, then
# western Windows.
_FALLBACKS = ("cp949", "cp1252")


_NAMED = frozenset(
    (
        "utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "koi8-r", "koi8-u", "mac-roman",
        "cp1250", "cp1251", "cp1252", "cp949", "euc_kr", "johab", "gbk", "gb2312", "gb18030",
        "big5", "shift_jis", "cp932", "euc_jp",
    )
)  # fmt: skip
"""What a file may say that it is in; of Python's others some take the square of a text's length."""


def read_script(path: Path, name: str) -> Document:
    """Read a `.py` file as one cell.

    Args:
        path: where it lies.
        name: what it is called in results.

    Raises:
        EmptyFile: it is empty.
        IntakeError: it is too large, binary or unreadable; says which and what to do.
    """
    try:
        content, size = read_regular(path, MAX_SOURCE_BYTES)
        if size > MAX_SOURCE_BYTES:
            raise IntakeError(
                _(
                    "{file} is {size} MB large, which no homework is. Hand in the source alone.",
                    file=name,
                    size=size >> 20,
                )
            )
    except OSError as error:
        raise IntakeError(
            _("{file} cannot be read: {reason}.", file=name, reason=error.strerror)
        ) from error
    refuse_other_kinds(content, name, N_("script"))
    text, note = _decode(content, name)
    if "\0" in text:  # UTF-32 begins as UTF-16 does
        raise _in_no_encoding(name)
    if not text.strip():
        raise EmptyFile(_("{file} is empty. Hand in the file with your work.", file=name))
    marks = find_marks([Piece(cell=0, text=text, is_code=True)])
    notes = (note,) if note else ()
    return Document((Cell(file=name, source=text),), notes, marks, length=len(text))


def _decode(content: bytes, name: str) -> tuple[str, str | None]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise IntakeError(
                _("{file} is damaged UTF-16 text. Save it as UTF-8.", file=name)
            ) from None
        return _universal_newlines(text), _("{file} was read as UTF-16.", file=name)
    if b"\x00" in content:
        raise IntakeError(
            _("{file} is a binary file, not Python source. Hand in the .py file.", file=name)
        )
    try:
        encoding, _lines = tokenize.detect_encoding(io.BytesIO(content).readline)
        if codecs.lookup(encoding).name not in _NAMED:
            raise LookupError(encoding)
        return _universal_newlines(content.decode(encoding)), None
    except (SyntaxError, ValueError, LookupError):
        pass  # no such encoding, or not this one
    for encoding in _FALLBACKS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        note = _("{file} is not UTF-8; it was read as {encoding}.", file=name, encoding=encoding)
        return _universal_newlines(text), note
    raise _in_no_encoding(name)


def _in_no_encoding(name: str) -> IntakeError:
    return IntakeError(_("{file} is in no known text encoding. Save it as UTF-8.", file=name))


def _universal_newlines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
