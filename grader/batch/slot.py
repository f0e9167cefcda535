"""A slot: one examiner, as the scheduler sees it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from grader.batch.launching import Launcher
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
from grader.results import SubmissionResult
from grader.understanding.overview import Overview

OnEvent = Callable[[CheckStarted | Trained], None]


class SlotLost(TorchgradeError):
    """The examiner ended unexpectedly; the submission in hand has no result.

    `losses`: how many were lost on it before this was said; one, where nobody tried again.
    """

    def __init__(self, message: str, losses: int = 1) -> None:
        super().__init__(message)
        self.losses = losses


class Bug(TorchgradeError):
    """torchgrade itself failed; `details` is the traceback."""

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message)
        self.details = details


class Slot:
    """Grades one submission at a time in processes of its own; use as a context manager."""

    def __init__(self, setup: Setup, launcher: Launcher) -> None:
        self._scratch = launcher.make_scratch()
        self._connection = launcher.fork_examiner()
        # Two files, not one: writing to a text file drops what it has read ahead.
        self._events = self._connection.makefile("r", encoding="utf-8", newline="\n")
        self._orders = self._connection.makefile("w", encoding="utf-8", newline="\n")
        # Where TMPDIR is, archives are unpacked, and others' workers write.
        private = (*setup.private, tempfile.gettempdir())
        mine = setup.model_copy(update={"scratch": str(self._scratch), "private": private})
        self._send(mine.model_dump_json())

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
        """Let the examiner end, and with it its workers."""
        self._events.close()
        try:
            self._orders.close()
        except OSError:
            pass  # unsent text for a process that is gone
        self._connection.close()
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


@contextmanager
def single_slot(setup: Setup) -> Iterator[Slot]:
    """A slot with a launcher of its own."""
    with Launcher(debug=setup.debug) as launcher, Slot(setup, launcher) as slot:
        yield slot
