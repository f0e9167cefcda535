"""Errors that are no reason to leave out the rest of a cell, as a notebook would.

While cells are loaded, a loop of the student's own is stopped at its first step, and functions that
train or check are left out: the names that a stopped statement would have bound, the lists that
would have been filled and returned, and the files that would have been written are not there. That
an error is of this making can be told for a name and for a file; for the rest of the same cell, and
for what uses such a name further below, it is taken to be, since most of it looks at what the
training gave.

Nor is it the work's fault that a library is not here, or is another version of it: a plot's style
or an option that is not known says nothing of the training below it. Nothing can be downloaded,
either. What would have been bound then is bound to nothing: the model of the same name, made
further above, is another question's.
"""

from __future__ import annotations

import socket
from types import ModuleType
from urllib.error import URLError

from torch import nn, optim

from grader.harness.cells.failures import Sources
from grader.harness.cells.statements import Statement
from grader.harness.recording.recorder import BUILT, Recorder

_SUBJECT = ("torch", "torchvision")
"""Libraries that the homework is about."""
_OF_NETWORK = (URLError, ConnectionError, socket.gaierror)


class Excuses:
    """Remembers where something was left out, and which names are missing."""

    def __init__(self) -> None:
        self._cells: set[int] = set()
        self._missing: set[str] = set()
        self._absent: set[str] = set()

    def note_left_out(self, statement: Statement) -> None:
        """Something of what a statement does was left out, or all that comes after its training."""
        self._cells.add(statement.cell)
        self._missing |= statement.binds

    def note_bound(self, statement: Statement) -> None:
        """A statement ran as it is, and what it binds is there."""
        self._missing -= statement.binds
        self._absent -= statement.binds

    def missing_of(self, statement: Statement) -> frozenset[str]:
        """Names that a statement uses and that something left out would have bound to a number."""
        return frozenset((statement.uses & self._missing) - self._absent)

    def cover(self, statement: Statement, error: BaseException, recorder: Recorder) -> bool:
        """Whether an error is excused; what its statement would have bound is missing then.

        Args:
            statement: the one that raised.
            error: what it raised.
            recorder: knows the namespace, and which files are the student's.
        """
        excused = (
            statement.cell in self._cells
            or isinstance(error, ImportError)
            or self._is_of_missing_name(error)
            or (isinstance(error, Exception) and not statement.uses.isdisjoint(self._missing))
            or _is_of_missing_file(error, recorder)
            or isinstance(error, _OF_NETWORK)
            or _is_of_surroundings(statement, error, recorder)
        )
        if excused:
            self._missing |= statement.binds
        if isinstance(error, (ImportError, *_OF_NETWORK)) or statement.uses & self._absent:
            self._absent |= statement.binds
            _unbind(statement, recorder)
        return excused and not isinstance(error, SystemExit)

    def _is_of_missing_name(self, error: BaseException) -> bool:
        name = error.name if type(error) is NameError else None  # not what a subclass says of it
        return isinstance(name, str) and name in self._missing


def _unbind(statement: Statement, recorder: Recorder) -> None:
    """Take away the models and optimizers that a statement was to put others in place of."""
    for name in statement.binds:
        if isinstance(recorder.namespace.get(name), nn.Module | optim.Optimizer):
            del recorder.namespace[name]


def _is_of_missing_file(error: BaseException, recorder: Recorder) -> bool:
    """Whether a file is not there that a training may write: a checkpoint, say."""
    trainings = [each for each in recorder.recordings.values() if each.api != BUILT]
    return bool(trainings) and isinstance(error, FileNotFoundError)


def _is_of_surroundings(statement: Statement, error: BaseException, recorder: Recorder) -> bool:
    """Whether a statement calls or sets something of a library that the homework is not about."""
    if not isinstance(error, Exception) or isinstance(error, NameError):
        return False
    module = recorder.namespace.get(statement.through or "")
    # Any other type may be the student's, and raise when it is looked at.
    return type(module) is ModuleType and _only_surrounds(module, recorder.sources)


def _only_surrounds(module: ModuleType, sources: Sources) -> bool:
    about = vars(module)
    if str(about.get("__name__")).partition(".")[0] in _SUBJECT:
        return False
    return sources.own_name(str(about.get("__file__"))) is None
