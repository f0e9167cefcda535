"""Results -> files: JSON that other programs read, and pages that people read.

Who may import it: the command line, `grader.batch` and the exporters. It imports nothing but the
models of `grader.results`; no torch, no checks, no sandbox. Everything here is a pure function of
a result, except the `write_*` functions, which put one file in place at a time, whole or not at
all.

The way of a result through this package::

    SubmissionResult ──views───────> SubmissionPage ──templates──> report.html
            │    └─────index_views─> IndexPage ───────templates──> index.html
            └────────────────── jsonform ────────────────────────> result.json

All text that a student may have written passes `text.clean` on its way into a page; the template
environment applies it to every value it prints (see `pages`), so that no view can forget it.
"""

from __future__ import annotations

from grader.report.jsonform import read_batch, read_submission
from grader.report.pages import render_index, render_submission
from grader.report.prose import typeset
from grader.report.schema import json_schema, write_schemas
from grader.report.text import clean, clean_line
from grader.report.withholding import as_shown
from grader.report.writing import remove_unfinished, write_batch, write_submission, write_text

__all__ = [
    "as_shown",
    "clean",
    "clean_line",
    "json_schema",
    "read_batch",
    "read_submission",
    "remove_unfinished",
    "render_index",
    "render_submission",
    "typeset",
    "write_batch",
    "write_schemas",
    "write_submission",
    "write_text",
]
