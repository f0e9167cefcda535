"""Tables that people export: which encoding, which mark between the cells, which lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from grader.errors import UsageError
from grader.intake.limits import MAX_TABLE_BYTES, MAX_TABLE_CELLS, MAX_TABLE_LINE
from grader.intake.names import as_text

LINES_BEFORE_HEADINGS = 10
"""Titles and dates that some platforms write above the table."""
_MARKS = ",;\t"
_HEAD = 1 << 16
"""Characters among which the first lines stand."""
_QUOTED = re.compile(r'"[^"]*(?:"|\Z)')
_CHUNK = 1 << 20
_LIMIT = threading.Lock()


@dataclass(frozen=True)
class Row:
    """A row that holds anything, and the number of its last line."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TextTable:
    """A table as it stands in a file.

    Attributes:
        source: what it is called in messages.
        delimiter: the mark between its cells.
        rows: those that hold anything.
    """

    source: str
    delimiter: str
    rows: tuple[Row, ...]


def read_table(path: Path, what: str, longest: int | None = None) -> TextTable:
    """Read one; `what` it is stands in messages, as in "roster".

    Args:
        path: a CSV.
        what: it is.
        longest: characters of a cell that are kept; of what people typed in, more is not wanted
            where nothing is written back. All where it is None.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_TABLE_BYTES:
        raise UsageError(
            f"{path} is larger than any {what}: it has more than {MAX_TABLE_BYTES >> 20} MB. "
            "Name the CSV of the course, without the texts that people typed in."
        )
    source = as_text(path.name)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content, source), newline="")
    with text:
        return _parsed(text, source, longest)


def parse_table(text: str, source: str) -> TextTable:
    """Read one from its text; raises as :func:`read_table`."""
    return _parsed(io.StringIO(text, newline=""), source, None)


def _parsed(text: TextIO, source: str, longest: int | None) -> TextTable:
    """Read one from the beginning of a text; raises as :func:`read_table`."""
    delimiter = _delimiter(text.read(_HEAD))
    text.seek(0)
    with _long_cells():
        rows = tuple(_rows(text, delimiter, source, longest))
    return TextTable(source, delimiter, rows)


def _rows(text: TextIO, delimiter: str, source: str, longest: int | None) -> Iterator[Row]:
    reader = csv.reader(_lines(text, source), delimiter=delimiter)
    count = 0
    try:
        for cells in reader:
            count += len(cells) + 1
            if count > MAX_TABLE_CELLS:
                raise UsageError(
                    f"{source} has more than {MAX_TABLE_CELLS:,} cells up to line "
                    f"{reader.line_num}. Name the CSV of the course."
                )
            kept = tuple(cell[:longest] for cell in cells)
            if any(map(str.strip, kept)):
                yield Row(reader.line_num, kept)
    except csv.Error as error:
        raise UsageError(
            f"{source}, line {reader.line_num}, cannot be read as CSV: {error}. Save it again."
        ) from error


def _lines(text: TextIO, source: str) -> Iterator[str]:
    """The lines of a table, each of bounded length.

    Raises:
        UsageError: one is longer.
    """
    number = 0
    while line := text.readline(MAX_TABLE_LINE + 1):
        number += 1
        if len(line) > MAX_TABLE_LINE:
            raise UsageError(
                f"{source}, line {number}, has more than {MAX_TABLE_LINE:,} characters. "
                "Take the long text out of it."
            )
        yield line


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let `csv` read cells of any length: people may type a book into a platform's text box.

    Its limit is one for all of Python, and is put back.
    """
    with _LIMIT:
        before = csv.field_size_limit(MAX_TABLE_BYTES)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _delimiter(head: str) -> str:
    """The mark that most of the first lines have most of; of several, the earliest.

    What one person typed in is a line at most: what stands within quotation marks does not count.
    """
    lines = islice(io.StringIO(_QUOTED.sub("", head)), LINES_BEFORE_HEADINGS)
    votes = Counter(mark for line in lines if (mark := _most_frequent(line)))
    return next((mark for mark, _ in votes.most_common(1)), _MARKS[0])


def _most_frequent(line: str) -> str | None:
    """The mark that a line has most of; None where two have as many."""
    first, second = sorted(_MARKS, key=line.count, reverse=True)[:2]
    return first if line.count(first) > line.count(second) else None


def _encoding(content: bytes, source: str) -> str:
    """The encoding in which all of a file can be read.

    Raises:
        UsageError: there is none.
    """
    encodings: tuple[str, ...] = ("utf-8-sig", "cp949")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in content[:100]:
        # Half of each character of the headings is zero; which half tells the order.
        is_little = content[1:100:2].count(0) > content[0:100:2].count(0)
        encodings = ("utf-16-le",) if is_little else ("utf-16-be",)
    for encoding in encodings:
        if _is_text(content, encoding):
            return encoding
    raise UsageError(f"{source} is in no known text encoding. Save it as CSV UTF-8.")


def _is_text(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
