"""A slot: one examiner and its worker server, as the scheduler sees them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from grader.errors import TorchgradeError, UserError
from grader.files import remove_tree
from grader.intake import Submission
from grader.jobs import (
    EVENT,
    Broken,
    CheckStarted,
    Event,
    Finished,
    Isolation,
    Job,
    Look,
    Opened,
    Probe,
    Refused,
    Seen,
    Setup,
    Trained,
)
from grader.overview import Overview
from grader.results import SubmissionResult

# Nothing else of the environment reaches the launcher: every worker inherits its memory.
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_END_SECONDS = 5.0

OnEvent = Callable[[CheckStarted | Trained], None]


class SlotLost(TorchgradeError):
    """The examiner ended unexpectedly; the submission in hand has no result."""


class Bug(TorchgradeError):
    """torchgrade itself failed; `details` is the traceback."""

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message)
        self.details = details


class Slot:
    """Grades one submission at a time in processes of its own; use as a context manager."""

    def __init__(self, setup: Setup) -> None:
        # Every worker's scratch lies in it, so that nothing is left when processes are killed.
        self._scratch = Path(tempfile.mkdtemp(prefix="torchgrade-"))
        self._scratch.chmod(0o711)  # a worker that is another user passes through to its own
        ours, theirs = socket.socketpair()
        with theirs:
            self._launcher = subprocess.Popen(
                # -P: a file of the current directory, a student's perhaps, must not be imported.
                [sys.executable, "-P", "-m", "grader.launcher", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**_environment(os.environ), "TMPDIR": str(self._scratch)},
                stdin=subprocess.DEVNULL,
                stderr=None if setup.debug else subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is the scheduler's to handle
            )
        self._connection = ours
        # Two files, not one: writing to a text file drops what it has read ahead.
        self._events = ours.makefile("r", encoding="utf-8", newline="\n")
        self._orders = ours.makefile("w", encoding="utf-8", newline="\n")
        self._send(setup.model_copy(update={"scratch": str(self._scratch)}).model_dump_json())

    def open(self) -> Opened:
        """Wait until rubric and data were read; call it once, before anything else.

        Raises:
            UserError: one of them cannot be used.
            SlotLost, Bug: see :meth:`grade`.
        """
        while not isinstance(event := self._receive(), Opened):
            pass
        return event

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def grade(self, submission: Submission, on_event: OnEvent) -> SubmissionResult:
        """Grade a submission.

        Raises:
            UserError: nothing can be graded until the user mends something.
            SlotLost: the examiner ended.
            Bug: torchgrade failed.
        """
        self._send(Job(submission=submission).model_dump_json())
        while True:
            event = self._receive()
            if isinstance(event, Finished):
                return event.result
            if isinstance(event, (CheckStarted, Trained)):
                on_event(event)

    def look(self, submission: Submission) -> Overview:
        """What is understood of a submission; raises as :meth:`grade` does."""
        self._send(Look(look_at=submission).model_dump_json())
        while not isinstance(event := self._receive(), Seen):
            pass
        return event.overview

    def probe(self) -> Isolation:
        """How workers are isolated here; raises as :meth:`grade` does."""
        self._send(Probe().model_dump_json())
        while not isinstance(event := self._receive(), Isolation):
            pass
        return event

    def close(self) -> None:
        """End the examiner, the server and with them every worker."""
        self._events.close()
        try:
            self._orders.close()
        except OSError:
            pass  # unsent text for a process that is gone
        self._connection.close()
        try:
            os.killpg(self._launcher.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        try:
            self._launcher.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # it was killed; the kernel is slow to bury it
        remove_tree(self._scratch)

    def _send(self, line: str) -> None:
        try:
            self._orders.write(line + "\n")
            self._orders.flush()
        except OSError:
            pass  # the reason is read by the next _receive

    def _receive(self) -> Event:
        try:
            line = self._events.readline()
            event = EVENT.validate_json(line) if line else None
        except (OSError, ValidationError):
            event = None
        if event is None:
            raise SlotLost("the examiner process ended unexpectedly")
        if isinstance(event, Refused):
            raise UserError(event.message)
        if isinstance(event, Broken):
            raise Bug(event.message, event.traceback)
        return event


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: variables[name] for name in _KEPT_VARIABLES if name in variables}
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its threads would make a fork unclean
        # Waiting threads sleep: no slower on an idle machine, and on a busy one a training step
        # takes half as long (33 ms, 68 ms with spinning; 14 and 14 when idle).
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the order of a student's sets must not differ from run to run
    }
