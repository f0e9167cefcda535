"""What a file is, by how it begins: a suffix may have been changed, or be that of a download."""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import IntakeError
from grader.files import open_regular
from grader.language import N_, _

_BEGIN = 64 << 10
"""Bytes that tell it: a script may begin with a long comment."""

_NOTEBOOK = re.compile(rb'\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')
_JSON = (b"{", b"[")
_PYTHON = re.compile(rb"^(?:import|from|def|class)[ \t]+\w", re.MULTILINE)
_OTHER_KINDS = (
    (b"<", N_("{file} is a web page: the page that shows the {what} was saved, not the {what}.")),
    (b"%PDF", N_("{file} is a PDF.")),
    (b"PK\x03\x04", N_("{file} is a zip archive under another name.")),
    (b"\x1f\x8b", N_("{file} is a gzip archive under another name.")),
    (
        b"version https://git-lfs",
        N_("{file} is a pointer of Git LFS; the {what} itself was not uploaded."),
    ),
)
CONFLICT = "<<<<<<< "
"""Begins the first of two versions that could not be merged."""


def is_a_notebook(path: Path) -> bool:
    """Whether a file holds a notebook, whatever its name is; False where it cannot be read."""
    return _NOTEBOOK.match(_begin(path)) is not None


def is_a_script(path: Path) -> bool:
    """Whether a file holds Python and no JSON, whatever its name is; False if unreadable."""
    begin = _begin(path)
    return not begin.lstrip().startswith(_JSON) and _PYTHON.search(begin) is not None


def refuse_other_kinds(content: bytes, name: str, what: str) -> None:
    """See that a file is none of those that are handed in for another by mistake.

    Args:
        content: how it begins, at least.
        name: of the file.
        what: what it should be; a marked word.

    Raises:
        IntakeError: it is one of them; says which and what to do.
    """
    begin = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, sentence in _OTHER_KINDS:
        # Of markup, but of no conflict of two versions, which begins with seven of them.
        if begin.startswith(mark) and not begin.startswith(CONFLICT.encode()):
            problem = _(sentence, file=name, what=_(what))
            advice = _("Download the {what} itself and hand that in.", what=_(what))
            raise IntakeError(f"{problem} {advice}")


def _begin(path: Path) -> bytes:
    """The first bytes, of UTF-16 those that make it the letters of Python and JSON."""
    try:
        with open_regular(path) as file:
            begin = file.read(_BEGIN)
    except OSError:  # whoever reads it says why
        return b""
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        return begin[2:].replace(b"\0", b"")
    return begin.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
