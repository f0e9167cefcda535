"""Tables for spreadsheets: text that stays text, numbers that stay numbers.

A cell that begins with `=`, `+`, `-`, `@` or a control character is a formula to a spreadsheet
(CSV injection, as OWASP describes it); a name or an error message may begin so. Such text gets an
apostrophe before it, which spreadsheets do not show.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.errors import UsageError
from grader.report import clean

Cell = str | float | None
_BEFORE_FORMULA: Final = re.compile(
    r"(?:^|[,;\t|\n])[\s\"]*+(?P<formula>(?=[=+\-@\uff1d\uff0b\uff0d\uff20]))?"
)
"""Also behind every mark that some spreadsheet divides cells by, whatever divides them here, and
behind the quotation mark that may open a cell there; and before full-width signs, which some take
for the same. It takes all that may stand between, once: a cell may hold a million line breaks."""
_PLAIN: Final = re.compile(r"\s*+(?:-\s*|[+-]?\d++(?:[.,]\d++)?\s*)?")
_MOST_TEXT: Final = 32_000
"""Characters that a cell of a spreadsheet may hold, with room to spare."""


@dataclass(frozen=True)
class Table:
    """Headings and rows of the same length."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a number, or a dash for none, is not one."""
    return _without_formulas(clean(text, _MOST_TEXT))


def csv_text(table: Table, delimiter: str = ",", *, is_whole: bool = False) -> str:
    """CSV with a byte-order mark, without which Excel takes UTF-8 for something else.

    Args:
        table: what is written.
        delimiter: the mark between its cells.
        is_whole: whether texts stay as they are, of whatever length and characters, but for what
            a spreadsheet would take for a formula: they go back to where they came from.
    """
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=delimiter)
    made_safe = _without_formulas if is_whole else harmless
    for row in (table.headings, *table.rows):
        writer.writerow([_written(cell, made_safe) for cell in row])
    return text.getvalue()


def write_xlsx(table: Table, path: Path, title: str) -> None:
    """Write an Excel workbook of one sheet.

    Raises:
        UsageError: openpyxl is not installed, or the file cannot be written.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Font
    except ImportError as error:
        raise UsageError(
            "Excel files need openpyxl. Install it (pip install 'torchgrade[xlsx]'), or export csv."
        ) from error
    book = Workbook()
    sheet = book.active
    sheet.title = "".join(c for c in harmless(title) if c not in "[]:*?/\\'")[:31] or "Scores"
    for number, row in enumerate((table.headings, *table.rows), 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                # A string, whatever it begins with.
                cell.value, cell.data_type = clean(value, _MOST_TEXT), "s"
            else:
                cell.value = value
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    try:
        book.save(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _written(cell: Cell, made_safe: Callable[[str], str]) -> str:
    if cell is None:
        return ""
    return made_safe(cell) if isinstance(cell, str) else f"{cell:.10g}"


def _without_formulas(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _BEFORE_FORMULA.sub(_marked, text)


def _marked(match: re.Match[str]) -> str:
    return match[0] if match["formula"] is None else f"{match[0]}'"
