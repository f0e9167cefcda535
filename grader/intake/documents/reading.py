"""A file -> `Document`, whether it is a notebook or a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.intake.documents.document import Document
from grader.intake.documents.kinds import is_a_notebook, is_a_script
from grader.intake.documents.notebooks import read_notebook
from grader.intake.documents.scripts import read_script
from grader.intake.suffixes import is_notebook
from grader.language import _


def read_document(path: Path, name: str) -> Document:
    """Read a notebook or a script, which of them by its name, unless its content is the other.

    Raises:
        IntakeError: it cannot be read; says why and what to do.
    """
    if is_notebook(name):
        if not is_a_script(path):
            return read_notebook(path, name)
        note = _("{file} holds a script; it was read as one.", file=name)
        return _noted(read_script(path, name), note)
    if not is_a_notebook(path):
        return read_script(path, name)
    note = _("{file} holds a notebook; it was read as one.", file=name)
    return _noted(read_notebook(path, name), note)


def _noted(document: Document, note: str) -> Document:
    return replace(document, notes=(note, *document.notes))
