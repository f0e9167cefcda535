"""Jupyter notebooks as cells: formats 2 to 4, in whatever state they were saved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import EmptyFile, IntakeError
from grader.files import read_regular
from grader.intake.documents.document import Document, too_much_code
from grader.intake.documents.kinds import CONFLICT, refuse_other_kinds
from grader.intake.documents.outline import Piece, find_marks
from grader.intake.limits import (
    MAX_CELLS,
    MAX_NOTEBOOK_BYTES,
    MAX_OBJECTS,
    MAX_SOURCE_BYTES,
    MAX_VALUES,
)
from grader.intake.names import as_text
from grader.language import N_, _
from grader.protocol.parts import Cell
from grader.sentences import listed

_OLDEST_FORMAT, _CURRENT_FORMAT = 2, 4
_HEADING = re.compile(r"^#++[ \t]++(.*\w.*)$", re.MULTILINE)
_TITLE = 100
"""Characters of a title."""


def read_notebook(path: Path, name: str) -> Document:
    """Read an `.ipynb` file: its code cells in the order of the document.

    Outputs and attachments are left unread. A cell that holds no text is left out, with a note.

    Args:
        path: where it lies.
        name: what it is called in results; a cell is called ``NAME, cell N``, counting every cell
            from 1.

    Raises:
        EmptyFile: it holds no code.
        IntakeError: it is no notebook, damaged, too large or unreadable; says which and what to do.
    """
    document, notes = _parse(_content(path, name), name)
    cells = _current_cells(document, name)
    _refuse_other_languages(document, name)
    found: list[Cell] = []
    counts: list[int | None] = []
    pieces: list[Piece] = []
    without_text: list[int] = []
    for number, cell in enumerate(cells, start=1):
        kind, text = _field(cell, "cell_type"), _text(cell)
        if text is None:
            without_text.append(number)
            continue
        if kind == "code" and text.strip():
            pieces.append(Piece(cell=len(found), text=text, is_code=True))
            found.append(Cell(file=f"{name}, cell {number}", source=text, stop_at_error=True))
            counts.append(_count(cell))
        else:
            pieces.append(Piece(cell=len(found), text=text, is_code=False))
    if without_text:
        numbers = listed([*map(str, without_text)])
        notes.append(
            _("{file}: cells without text were left out: {numbers}.", file=name, numbers=numbers)
        )
    if not found:
        raise EmptyFile(_("{file} holds no code. Hand in the notebook with your work.", file=name))
    length = sum(piece.length for piece in pieces)
    if length > MAX_SOURCE_BYTES:
        raise too_much_code(name, MAX_SOURCE_BYTES)
    return Document(
        tuple(found),
        tuple(notes),
        find_marks(pieces),
        tuple(counts),
        _title(pieces),
        length,
        len(cells),
    )


def _content(path: Path, name: str) -> bytes:
    try:
        content, size = read_regular(path, MAX_NOTEBOOK_BYTES)
        if size > MAX_NOTEBOOK_BYTES:
            raise IntakeError(
                _(
                    "{file} is {size:,} MB large, and {most} MB are the most. "
                    "Clear its outputs (Edit, Clear All Outputs) and hand it in again.",
                    file=name,
                    size=size >> 20,
                    most=MAX_NOTEBOOK_BYTES >> 20,
                )
            )
    except OSError as error:
        raise IntakeError(
            _("{file} cannot be read: {reason}.", file=name, reason=error.strerror)
        ) from error
    begin = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise EmptyFile(_("{file} is empty. Hand in the notebook with your work.", file=name))
    refuse_other_kinds(content, name, N_("notebook"))
    objects = content.count(b"{") + content.count(b"[")
    values = content.count(b",") + content.count(b'"') // 2
    for number, most in ((objects, MAX_OBJECTS), (values, MAX_VALUES)):
        if number > most:
            raise IntakeError(
                _(
                    "{file} holds more than {most:,} objects, which no notebook of a homework "
                    "does. Clear its outputs (Edit, Clear All Outputs) and hand it in again.",
                    file=name,
                    most=most,
                )
            )
    return content


def _parse(content: bytes, name: str) -> tuple[dict[str, Any], list[str]]:
    notes: list[str] = []
    text = _decode(content, name, notes)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise IntakeError(_damage(error, name)) from None
    except RecursionError:
        raise IntakeError(
            _(
                "{file} is nested more deeply than any notebook. Save it again in Jupyter.",
                file=name,
            )
        ) from None
    except ValueError:  # a number of thousands of digits
        raise IntakeError(_("{file} is damaged. Save it again in Jupyter.", file=name)) from None
    if not isinstance(document, dict):
        raise _no_notebook(name)
    return document, notes


def _no_notebook(name: str) -> IntakeError:
    return IntakeError(
        _(
            "{file} is no notebook: it holds no cells. "
            "Hand in the .ipynb file that Jupyter or Colab saves.",
            file=name,
        )
    )


def _decode(content: bytes, name: str, notes: list[str]) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.append(
            _(
                "{file} is not wholly UTF-8 (the first wrong byte is in line {line}); "
                "what cannot be read stands as \ufffd.",
                file=name,
                line=line,
            )
        )
        return content.decode(encoding, errors="replace")


def _damage(error: json.JSONDecodeError, name: str) -> str:
    if CONFLICT in error.doc:
        line = error.doc[: error.doc.index(CONFLICT)].count("\n") + 1
        return _(
            "{file} holds the marks of a merge conflict (line {line}). Resolve it, open the "
            "notebook in Jupyter and save it again.",
            file=name,
            line=line,
        )
    if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
        return _(
            "{file} is cut off: it ends in line {line} in the middle of a cell. "
            "Download or upload it again.",
            file=name,
            line=error.lineno,
        )
    return _(
        "{file} is damaged: line {line}, column {column} is no JSON ({reason}). "
        "Open it in Jupyter and save it again.",
        file=name,
        line=error.lineno,
        column=error.colno,
        reason=error.msg,
    )


def _current_cells(document: dict[str, Any], name: str) -> Sequence[object]:
    """The cells as version 4 of the format has them; older notebooks are converted."""
    cells: Sequence[object] | None = _list(document, "cells")
    if cells is None:
        return _converted(document, name)
    _refuse_a_flood(len(cells), name)
    return cells


def _refuse_a_flood(count: int, name: str) -> None:
    if count > MAX_CELLS:
        raise IntakeError(
            _(
                "{file} holds {number:,} cells, and {most:,} are the most. "
                "Hand in your own work alone.",
                file=name,
                number=count,
                most=MAX_CELLS,
            )
        )


def _converted(document: dict[str, Any], name: str) -> Sequence[object]:
    version = document.get("nbformat")
    sheets = _list(document, "worksheets")
    if (
        not isinstance(version, int)
        or not _OLDEST_FORMAT <= version < _CURRENT_FORMAT
        or sheets is None
    ):
        raise _no_notebook(name)
    cells = [cell for sheet in sheets for cell in _list(sheet, "cells") or ()]
    _refuse_a_flood(len(cells), name)
    return [*map(_current, cells)]


def _current(cell: object) -> dict[str, object]:
    """A cell of formats 2 and 3 as version 4 writes it; one without text where it has none.

    By hand: nbformat validates what it converts before and after, which takes 0.1 ms a cell, and
    ten times that where one cell of a notebook has anything odd in it.
    """
    kind = _field(cell, "cell_type")
    if kind != "code":
        return {"cell_type": "markdown", "source": _joined(_field(cell, "source")) or ""}
    return {
        "cell_type": kind,
        "source": _joined(_field(cell, "input")) or "",
        "execution_count": _field(cell, "prompt_number"),
    }


def _refuse_other_languages(document: Mapping[str, Any], name: str) -> None:
    metadata = document.get("metadata")
    language = _field(_field(metadata, "language_info"), "name")
    kernel = _field(metadata, "kernelspec")
    # An editor for several languages may name itself there, and Python as its kernel alone.
    named = [_field(kernel, key) for key in ("language", "name")]
    if isinstance(language, str) and not any(map(_is_python, [language, *named])):
        raise IntakeError(
            _(
                "{file} is a notebook in {language}; PyTorch homework is written in Python.",
                file=name,
                language=as_text(language[:30]),
            )
        )


def _is_python(language: object) -> bool:
    return isinstance(language, str) and "python" in language.lower()


def _text(cell: object) -> str | None:
    return _joined(_field(cell, "source"))


def _joined(source: object) -> str | None:
    """A source as one text that UTF-8 can carry: it may come as lines, and with halves of pairs."""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    text = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _title(pieces: Sequence[Piece]) -> str | None:
    headings = (_HEADING.search(piece.text) for piece in pieces if not piece.is_code)
    return next((match.group(1).strip()[:_TITLE] for match in headings if match), None)


def _count(cell: object) -> int | None:
    """The n of `In [n]`; some tools write 0 for none."""
    count = _field(cell, "execution_count")
    return count if isinstance(count, int) and count > 0 else None


def _field(record: object, key: str) -> object:
    return record.get(key) if isinstance(record, dict) else None


def _list(record: object, key: str) -> list[object] | None:
    value = _field(record, key)
    return value if isinstance(value, list) else None
