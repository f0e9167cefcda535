"""Tables that people export: which encoding, which mark between the cells, which lines."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.intake.limits import MAX_ROSTER_BYTES
from grader.intake.names import as_text

LINES_BEFORE_HEADINGS = 10
"""Titles and dates that some platforms write above the table."""


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


def read_table(path: Path, what: str) -> TextTable:
    """Read one; `what` it is stands in messages, as in "roster".

    Raises:
        UsageError: it cannot be read.
    """
    try:
        if path.stat().st_size > MAX_ROSTER_BYTES:
            raise UsageError(f"{path} is larger than any {what}. Name the CSV of the course.")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    source = as_text(path.name)
    return parse_table(_decode(content, source), source)


def parse_table(text: str, source: str) -> TextTable:
    """Read one from its text; raises as :func:`read_table`."""
    lines = text.splitlines()
    counts = {
        mark: max((line.count(mark) for line in lines[:LINES_BEFORE_HEADINGS]), default=0)
        for mark in ",;\t"
    }
    delimiter = max(counts, key=counts.__getitem__)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [Row(reader.line_num, tuple(cells)) for cells in reader if "".join(cells).strip()]
    except csv.Error as error:
        raise UsageError(
            f"{source}, line {reader.line_num}, cannot be read as CSV: {error}. Save it again."
        ) from error
    return TextTable(source, delimiter, tuple(rows))


def _decode(content: bytes, source: str) -> str:
    encodings: tuple[str, ...] = ("utf-8-sig", "cp949")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\0" in content[:100]:
        # Half of each character of the headings is zero; which half tells the order.
        is_little = content[1:100:2].count(0) > content[0:100:2].count(0)
        encodings = ("utf-16-le",) if is_little else ("utf-16-be",)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{source} is in no known text encoding. Save it as CSV UTF-8.")
