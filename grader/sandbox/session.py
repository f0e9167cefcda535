"""`Session`: one submission's worker, kept alive: started, loaded, asked, and started again."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import (
    Place,
    ProtocolError,
    TimeUsedUp,
    WorkerCrashed,
    WorkerError,
    WorkerTimeout,
)
from grader.files import remove_tree
from grader.language import _
from grader.protocol import messages as m
from grader.protocol import parts
from grader.sandbox.allowance import Allowance
from grader.sandbox.values import student_error
from grader.sandbox.workers import NOTHING, Tensors, Worker

MAX_RELOADS = 3
"""How many statements that end the process are skipped before loading is given up."""


@dataclass(frozen=True)
class Material:
    """What a worker is given of a submission.

    Attributes:
        cells: what is run.
        files: name -> where it is read.
        folder: the one of the file that the cells are from, as part of its name.
    """

    cells: tuple[parts.Cell, ...]
    files: Mapping[str, Path]
    folder: str = ""


@dataclass(frozen=True)
class Deadlines:
    """Seconds of wall clock for each kind of request and for all together, and how many fresh
    workers there may be."""

    load: float
    request: float
    pause: float
    train: float
    total: float
    restarts: int


@dataclass
class Session:
    """Asks a submission's worker, or raises a WorkerError.

    A worker is started when first needed and again after it was lost. Use as a context manager.

    Args:
        material: the submission.
        start_worker: starts a worker whose scratch directory is the argument.
        load: the `load` request, but for cells, seed and skipped statements.
        deadlines: see :class:`Deadlines`.
        seed: of the namespace: what the submission draws at random while it is loaded.
        scratch: the folder in which workers get theirs.
        allowance: shared with other sessions of the same submission; one of its own when None.
    """

    material: Material
    start_worker: Callable[[Path], Worker]
    load: m.Load
    deadlines: Deadlines
    seed: int
    scratch: Path
    allowance: Allowance | None = field(default=None, kw_only=True)
    notes: list[str] = field(default_factory=list, kw_only=True)
    layers: tuple[str, ...] = field(default=(), kw_only=True)
    _worker: Worker | None = field(default=None, kw_only=True)
    _loaded: m.Loaded | None = field(default=None, kw_only=True)
    _skip: tuple[int, ...] = field(default=(), kw_only=True)
    _starts: int = field(default=0, kw_only=True)
    _resources: ExitStack = field(default_factory=ExitStack, kw_only=True)
    _refusal: WorkerError | None = field(default=None, kw_only=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._resources.close()

    @property
    def loaded(self) -> m.Loaded:
        """What loading the submission showed.

        Raises:
            WorkerError: it cannot be loaded.
        """
        self._require_worker()
        assert self._loaded is not None
        return self._loaded

    def ask(
        self,
        request: parts.Message,
        tensors: Tensors = NOTHING,
        *,
        expect: type[parts.Message],
        seconds: float | None = None,
    ) -> tuple[m.Reply, Tensors]:
        """The reply to a request and its body, within the deadline of a request unless said so.

        Raises:
            WorkerError: there is none, or it is of another kind than `expect`.
        """
        reply, body = self.ask_raw(request, tensors, seconds or self.deadlines.request)
        if not isinstance(reply, expect):
            raise self.unexpected(reply)
        return reply, body

    def ask_raw(
        self,
        request: parts.Message,
        tensors: Tensors,
        seconds: float,
        *,
        quiet_seconds: float | None = None,
    ) -> tuple[m.Reply, Tensors]:
        """The reply of whatever kind, within these seconds; see :meth:`Worker.ask`.

        Raises:
            WorkerError: there is none.
        """
        worker = self._require_worker()
        with self._allowance(seconds) as seconds:
            reply, body = worker.ask(request, tensors, seconds=seconds, quiet_seconds=quiet_seconds)
        if isinstance(reply, m.Raised):
            raise student_error(reply.error)
        return reply, body

    def cpu_seconds(self) -> float | None:
        """Processor time of the worker that runs, measured outside of it; None without one."""
        return self._worker.cpu_seconds() if self._worker is not None else None

    def end(self) -> None:
        """End the worker; the next request starts another."""
        self._require_worker().end()

    def unexpected(self, reply: parts.Message) -> ProtocolError:
        """The error to raise for a reply that cannot be right; ends the worker."""
        self.end()
        return ProtocolError(f"an unexpected `{getattr(reply, 'kind', '?')}`")

    # --- the worker ---------------------------------------------------------------------------

    def _require_worker(self) -> Worker:
        if self._refusal is not None:
            raise self._refusal
        if self._worker is None or not self._worker.alive:
            self._restart()
        assert self._worker is not None
        return self._worker

    def _restart(self) -> None:
        self._resources.close()
        if self._starts > self.deadlines.restarts:
            raise self._refuse(
                WorkerCrashed(
                    _(
                        "your code ended or hung its process {number} times; "
                        "nothing more of it is run",
                        number=self._starts,
                    )
                )
            )
        self._starts += 1
        scratch = Path(tempfile.mkdtemp(prefix="worker-", dir=self.scratch))
        self._resources.callback(remove_tree, scratch)
        for name, source in self.material.files.items():
            target = scratch / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        self._worker = self._resources.enter_context(self.start_worker(scratch))
        self.layers = self._worker.layers
        self._load(self._worker)

    def _load(self, worker: Worker) -> None:
        last: deque[m.Notice] = deque(maxlen=1)
        request = self.load.model_copy(
            update={
                "cells": self.material.cells,
                "folder": self.material.folder,
                "seed": self.seed,
                "skip": self._skip,
            }
        )
        try:
            with self._allowance(self.deadlines.load) as seconds:
                reply, _ = worker.ask(request, seconds=seconds, on_notice=last.append)
            if not isinstance(reply, m.Loaded):
                worker.end()
                raise ProtocolError("no `loaded` came after `load`")
        except (WorkerCrashed, WorkerTimeout, ProtocolError) as error:
            self._skip_statement(last[-1] if last else None, error)
            self._restart()
            return
        if reply.syntax_error is not None:
            worker.end()  # nothing more is asked of it
            raise self._refuse(student_error(reply.syntax_error))
        self._loaded = reply

    def _skip_statement(self, at: m.Notice | None, error: WorkerError) -> None:
        """Leave out the statement that ended the process, so that the rest can still be judged."""
        if not isinstance(at, m.At) or len(self._skip) >= MAX_RELOADS:
            raise self._refuse(error)
        place = Place(at.where.file, at.where.line)
        self.notes.append(
            _("{place}: {reason}; this statement was left out.", place=place, reason=error)
        )
        self._skip = (*self._skip, at.statement)

    @property
    def time(self) -> Allowance:
        """What its code may take in all, and has taken."""
        if self.allowance is None:
            self.allowance = Allowance(self.deadlines.total)
        return self.allowance

    @contextmanager
    def _allowance(self, seconds: float) -> Iterator[float]:
        """How long may be waited of so many seconds; what passes is taken off what is left.

        Raises:
            TimeUsedUp: nothing is left.
        """
        allowance = self.time
        if allowance.left <= 0:
            raise self._refuse(TimeUsedUp(allowance.seconds))
        try:
            with allowance.spend():
                yield min(seconds, allowance.left)
        except WorkerTimeout as error:
            if allowance.left > 0:
                raise
            raise self._refuse(TimeUsedUp(allowance.seconds)) from error

    def _refuse(self, error: WorkerError) -> WorkerError:
        self._refusal = error
        return error
