"""A log file a submission: what was done with it, and when."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import UserError
from grader.files import written
from grader.jobs import CheckStarted, Trained
from grader.report.text import clean_line
from grader.results import SubmissionResult

NAME = "grading.log"


class SubmissionLog:
    """Appends to `folder`/grading.log; use as a context manager. A line is on disk at once.

    Raises:
        UserError: on construction, and when a line cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with self._told():
            self._file = written(lambda: _opened(folder), folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"The log of {self._folder.name} cannot be written: {error.strerror}. "
                "What was graded before is in the output folder."
            ) from error

    def say(self, text: str) -> None:
        """Write a line; what moves or hides text in a terminal is left out of it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = f"{now} {clean_line(text)}\n".encode()
        with self._told():
            written(lambda: self._file.write(line), self._folder)

    def event(self, event: CheckStarted | Trained) -> None:
        """Write what happened in a grading."""
        if isinstance(event, CheckStarted):
            self.say(f"check {event.check}")
            return
        loss = "" if event.loss is None else f", loss {event.loss:g}"
        self.say(
            f"run {event.run}, attempt {event.attempt + 1}: iteration {event.iteration}, epoch "
            f"{event.epoch:g} of {event.budget}{loss}, validation {event.val_accuracy:.1%} of "
            f"{event.threshold:.0%}"
        )

    def result(self, result: SubmissionResult) -> None:
        """Write what came of it."""
        if result.status == "ungraded":
            self.say(f"not graded: {result.reason}")
        else:
            self.say(f"graded: {result.score:g} of {result.max_score:g}")


def _opened(folder: Path) -> RawIOBase:
    folder.mkdir(parents=True, exist_ok=True)
    # A link that lies there may lead to any file of whoever grades.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    return os.fdopen(os.open(folder / NAME, flags, 0o666), "ab", buffering=0)
