"""Exceptions of student code, cut down to the student's own lines."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from types import TracebackType

from grader.harness.cells.absent import Absent
from grader.protocol.parts import MAX_FILE, Failure, Location

MAX_MESSAGE = 2000
MAX_PLACES = 8

_ADDRESS = re.compile("0x[0-9a-f]{6,}")


class Sources:
    """Knows which file names are the student's, and which names their imports did not give."""

    def __init__(self, files: frozenset[str], root: str) -> None:
        self._files = files
        self.root = root
        self.absent = Absent()

    def own_name(self, filename: str) -> str | None:
        """The student's name for the file of a code object, or None when it is not theirs."""
        if filename in self._files:
            return filename
        if filename.startswith(self.root + os.sep):
            return str(Path(filename).relative_to(self.root))
        return None


def describe_failure(error: BaseException, sources: Sources, *, ends_cell: bool = False) -> Failure:
    """What happened and where, however broken the exception object is.

    Args:
        error: what was raised.
        sources: tell which lines are the student's.
        ends_cell: whether the rest of its cell is left out.
    """
    places = _places(error.__traceback__, sources)
    if isinstance(error, SyntaxError):
        name = sources.own_name(str(error.filename))
        if name is not None:
            places = (*places, Location(file=clean(name, MAX_FILE), line=_line(error.lineno)))
    message = sources.absent.explain(error, _message(error, sources.root))
    return Failure(type_name=_type_name(error), message=message, places=places, ends_cell=ends_cell)


def clean(text: str, limit: int = 500, root: str | None = None) -> str:
    """Text that UTF-8 can carry, cut to `limit` characters, and the same in every run.

    Addresses of objects, `root`, the worker's scratch directory, and the place where Python is
    installed differ from run to run or from machine to machine: they become `0x…`, `.` and `…`.
    """
    text = text[: 2 * limit + 1000].replace(sys.prefix, "…")  # what is replaced gets shorter
    if root is not None and len(root) > 1:
        text = text.replace(root, ".")
    return _ADDRESS.sub("0x…", text)[:limit].encode("utf-8", "replace").decode("utf-8")


def _places(traceback: TracebackType | None, sources: Sources) -> tuple[Location, ...]:
    places: list[Location] = []
    while traceback is not None and len(places) < 10_000:
        name = sources.own_name(traceback.tb_frame.f_code.co_filename)
        if name is not None:
            places.append(Location(file=clean(name, MAX_FILE), line=_line(traceback.tb_lineno)))
        traceback = traceback.tb_next
    if len(places) > MAX_PLACES:  # a recursion: its ends tell enough
        places = places[: MAX_PLACES // 2] + places[-MAX_PLACES // 2 :]
    return tuple(places)


def _line(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _type_name(error: BaseException) -> str:
    try:
        return clean(str(type(error).__name__))
    except BaseException:  # a student's metaclass may raise anything
        return "an exception without a name"


def _message(error: BaseException, root: str) -> str:
    try:
        if isinstance(error, SyntaxError):
            return clean(str(error.msg), MAX_MESSAGE, root)
        return clean(str(error), MAX_MESSAGE, root)
    except BaseException as second:  # a student's __str__ may raise anything
        return f"(its message cannot be shown: __str__ raised {_type_name(second)})"
