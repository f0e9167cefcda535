"""Python files as text: encodings as Python itself finds them, and those of older editors."""

from __future__ import annotations

import codecs
import io
import tokenize
from pathlib import Path

from grader.errors import EmptyFile, IntakeError
from grader.intake.documents import Document
from grader.intake.kinds import refuse_other_kinds
from grader.intake.limits import MAX_SOURCE_BYTES
from grader.intake.outline import Piece, find_marks
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
        size = path.stat().st_size
        if size > MAX_SOURCE_BYTES:
            raise IntakeError(
                f"{name} is {size >> 20} MB large, which no homework is. Hand in the source alone."
            )
        content = path.read_bytes()
    except OSError as error:
        raise IntakeError(f"{name} cannot be read: {error.strerror}.") from error
    refuse_other_kinds(content, name, "script")
    text, note = _decode(content, name)
    if "\0" in text:  # UTF-32 begins as UTF-16 does
        raise IntakeError(f"{name} is in no known text encoding. Save it as UTF-8.")
    if not text.strip():
        raise EmptyFile(f"{name} is empty. Hand in the file with your work.")
    marks = find_marks([Piece(cell=0, text=text, is_code=True)])
    return Document((Cell(file=name, source=text),), (note,) if note else (), marks)


def _decode(content: bytes, name: str) -> tuple[str, str | None]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _universal_newlines(content.decode("utf-16")), f"{name} was read as UTF-16."
        except UnicodeDecodeError:
            raise IntakeError(f"{name} is damaged UTF-16 text. Save it as UTF-8.") from None
    if b"\x00" in content:
        raise IntakeError(f"{name} is a binary file, not Python source. Hand in the .py file.")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
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
        return _universal_newlines(text), f"{name} is not UTF-8; it was read as {encoding}."
    raise IntakeError(f"{name} is in no known text encoding. Save it as UTF-8.")


def _universal_newlines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
