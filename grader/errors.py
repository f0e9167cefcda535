"""The exceptions of torchgrade.

::

    TorchgradeError
    ├── UserError            the user can mend it; the message says where and how
    │   ├── UsageError       the command line asks for something impossible
    │   ├── FileError        a file that an instructor wrote, at a line
    │   │   ├── RubricError      rubric.yaml
    │   │   └── AdjustmentsError adjustments.yaml
    │   ├── IntakeError      a submission cannot be read at all
    │   │   └── EmptyFile    a file of it holds nothing to be run
    │   ├── DataError        a data set is missing, broken or does not fit
    │   └── IsolationError   strict isolation was asked for and is not to be had
    ├── WorkerNotStarted     no worker could be had; nothing of the student's was run
    └── WorkerError          student code did not give an answer
        ├── StudentError     it raised an exception
        ├── ReplyError       it answered with something that is no tensor of the asked kind
        ├── WorkerTimeout    it did not answer within its deadline
        ├── TimeUsedUp       it has had all the time that a submission may take
        ├── WorkerCrashed    its process ended
        ├── WentOn           it went on with a training that had been stopped
        └── ProtocolError    it sent something that is no valid reply

Whatever else is raised is a bug of torchgrade.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.language import _


class TorchgradeError(Exception):
    """Base of every exception that torchgrade raises on purpose."""


class UserError(TorchgradeError):
    """Something the user can mend: the message names the place and the mend."""


class UsageError(UserError):
    """The command line asks for something that cannot be done."""


class FileError(UserError):
    """A file that an instructor wrote cannot be used; the message begins with file and line."""

    def __init__(self, message: str, path: Path, line: int | None = None) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {message}")
        self.path = path
        self.line = line


class RubricError(FileError):
    """rubric.yaml cannot be used.

    Raised by :func:`grader.rubric.load_rubric` before any grading; ends the command.
    """


class AdjustmentsError(FileError):
    """adjustments.yaml cannot be used, or one of its entries not."""


class IntakeError(UserError):
    """A submission cannot be read; it is ungraded with this message as its reason."""


class EmptyFile(IntakeError):
    """A file holds nothing to be run; beside one that does, it is no loss."""


class DataError(UserError):
    """A data set is missing, damaged or of the wrong form; ends the command."""


class IsolationError(UserError):
    """`--require-isolation strict` was given and a layer is missing; ends the command."""


class WorkerNotStarted(TorchgradeError):
    """No worker could be had: the machine's fault or torchgrade's, never the student's.

    Attributes:
        at_once: whether it ended at once, as where there is no room for a process; there may be
            later.
    """

    def __init__(self, detail: str, *, at_once: bool) -> None:
        super().__init__(detail)
        self.at_once = at_once


class WorkerError(TorchgradeError):
    """Student code gave no answer; fails the check that asked, never the submission."""


@dataclass(frozen=True)
class Place:
    """A line of the student's own work: file (or cell) and 1-based line."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


class StudentError(WorkerError):
    """Student code raised; `places` are the student's own lines, outermost first."""

    def __init__(self, type_name: str, message: str, places: tuple[Place, ...] = ()) -> None:
        what = f"{type_name}: {message}" if message else type_name
        super().__init__(_("your code raised {what}", what=what))
        self.type_name = type_name
        self.places = places


class ReplyError(WorkerError):
    """Student code returned something other than the tensor that was asked for."""


class WorkerTimeout(WorkerError):
    """No answer within the deadline; the worker was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            _(
                "your code gave no answer within {seconds:g} seconds and was stopped",
                seconds=seconds,
            )
        )


class TimeUsedUp(WorkerError):
    """The submission has taken all the time that it may take; nothing more of it is run."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            _(
                "your code has taken the {seconds:g} seconds that a submission may take in all; "
                "nothing more of it is run",
                seconds=seconds,
            )
        )


class WorkerCrashed(WorkerError):
    """The worker process ended instead of answering; the message says how."""


class WentOn(WorkerError):
    """The worker went on with a training that it had been told to stop; it was killed."""

    def __init__(self) -> None:
        super().__init__(_("your code went on training after it had been stopped, and was ended"))


class ProtocolError(WorkerError):
    """The worker sent bytes that are no valid reply; it was killed."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            _(
                "the process that runs your code sent something that is no valid reply ({detail})",
                detail=detail,
            )
        )
