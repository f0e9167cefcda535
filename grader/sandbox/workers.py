"""The examiner's handle on workers: order one, ask it, end it."""

from __future__ import annotations

import json
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from pydantic import ValidationError
from torch import Tensor

from grader.errors import (
    ProtocolError,
    WorkerCrashed,
    WorkerError,
    WorkerNotStarted,
    WorkerTimeout,
)
from grader.language import _
from grader.protocol import messages as m
from grader.protocol import parts
from grader.protocol.frames import (
    REPLY_LIMITS,
    ChannelClosed,
    ChannelTimeout,
    FrameError,
    receive_frame,
    send_frame,
)
from grader.sandbox.keeper import DISK, MEMORY, PROCESSOR, THREADS
from grader.sandbox.layers import IsolationConfig

Tensors = Mapping[str, Tensor]
NOTHING: Tensors = {}

START_SECONDS = 60.0
END_SECONDS = 10.0
CRASH_SECONDS = 1.0
"""For a worker that has closed its channel to end."""


class Worker:
    """One isolated process; use as a context manager.

    Attributes:
        layers: the isolation that it is in.
        alive: whether it can be asked.
        lost: whether it was killed by somebody else than itself and the grader: whoever runs this
            machine, the kernel for want of memory. What it would have answered is not known.

    Raises:
        WorkerNotStarted: on construction.
    """

    def __init__(self, control: socket.socket, order: IsolationConfig) -> None:
        self._memory_mb = order.memory_bytes >> 20
        self._channel, worker_end = socket.socketpair()
        self._lifeline, keeper_end = socket.socketpair()
        self._record: dict[str, object] = {}
        self._records = self._lifeline.makefile("r", encoding="ascii", newline="\n")
        with worker_end, keeper_end:
            descriptors = [worker_end.fileno(), keeper_end.fileno()]
            socket.send_fds(control, [order.model_dump_json().encode()], descriptors)
        self.alive, self.lost = True, False
        try:
            ready, _tensors = self._receive(time.monotonic() + START_SECONDS, START_SECONDS)
        except WorkerCrashed as error:
            raise WorkerNotStarted(_("it ended before it began"), at_once=True) from error
        except WorkerTimeout as error:
            detail = _("it did not begin within {seconds:g} seconds", seconds=START_SECONDS)
            raise WorkerNotStarted(detail, at_once=False) from error
        except WorkerError as error:
            raise WorkerNotStarted(str(error), at_once=False) from error
        if not isinstance(ready, m.Ready):
            self.end()
            raise WorkerNotStarted("it did not begin with `ready`", at_once=False)
        self.layers = ready.layers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def ask(
        self,
        request: parts.Message,
        tensors: Tensors = NOTHING,
        *,
        seconds: float,
        quiet_seconds: float | None = None,
        on_notice: Callable[[m.Notice], None] = lambda notice: None,
    ) -> tuple[m.Reply, Tensors]:
        """Send a request and return its reply.

        Args:
            request: the message.
            tensors: its body.
            seconds: until the whole reply must be here.
            quiet_seconds: until the next notice or the reply must be here; as long as `seconds`
                when None.
            on_notice: told of the notices that precede the reply.

        Raises:
            WorkerTimeout: no complete reply in time; the worker is killed.
            WorkerCrashed: the worker ended instead.
            ProtocolError: what came is no reply; the worker is killed.
        """
        if not self.alive:
            raise WorkerCrashed(_("the process that runs your code has ended"))
        try:
            return self._ask(request, tensors, seconds, quiet_seconds, on_notice)
        except BaseException:
            self.end()  # its reply may still come, and would be taken for that to the next request
            raise

    def _ask(
        self,
        request: parts.Message,
        tensors: Tensors,
        seconds: float,
        quiet_seconds: float | None,
        on_notice: Callable[[m.Notice], None],
    ) -> tuple[m.Reply, Tensors]:
        quiet = seconds if quiet_seconds is None else min(seconds, quiet_seconds)
        now = time.monotonic()
        end, deadline, limit = now + seconds, now + quiet, quiet
        try:
            send_frame(
                self._channel, request.model_dump_json().encode(), tensors, deadline=deadline
            )
        except ChannelTimeout:
            raise self._too_late(limit) from None
        except ChannelClosed:
            raise self._crashed() from None
        while True:
            reply, body = self._receive(deadline, limit)
            if not isinstance(reply, m.Notice):
                return reply, body
            on_notice(reply)
            if time.monotonic() + quiet >= end:
                deadline, limit = end, seconds
            elif isinstance(reply, m.Alive):
                deadline = time.monotonic() + quiet

    def cpu_seconds(self) -> float | None:
        """Processor time that the worker has used, as its keeper sees it; None if it is gone."""
        try:
            self._lifeline.settimeout(END_SECONDS)
            self._lifeline.sendall(b"?")
            self._record = json.loads(self._records.readline())
        except (OSError, ValueError):
            return None
        seconds = self._record.get("cpu")  # not there if it was the record of its end
        return seconds if isinstance(seconds, float) else None

    def end(self) -> None:
        """Kill the worker if it lives, and wait until it is gone."""
        if self.alive:
            self.alive = False
            self._end()

    def _receive(self, deadline: float, seconds: float) -> tuple[m.Reply, Tensors]:
        try:
            frame = receive_frame(self._channel, REPLY_LIMITS, deadline=deadline)
            return m.REPLY.validate_json(frame.header), frame.tensors
        except ChannelTimeout:
            raise self._too_late(seconds) from None
        except ChannelClosed:
            raise self._crashed() from None
        except FrameError as error:
            raise self._broken(str(error)) from None
        except ValidationError as error:
            raise self._broken(f"{error.error_count()} faults in its header") from None

    def _too_late(self, seconds: float) -> WorkerTimeout:
        self.end()
        return WorkerTimeout(seconds)

    def _broken(self, detail: str) -> ProtocolError:
        self.end()
        return ProtocolError(detail)

    def _crashed(self) -> WorkerCrashed:
        self.alive = False
        # Its last sign is a closed channel; its keeper learns a moment later how it ended, and
        # must not be told to kill before that.
        select.select([self._lifeline], [], [], CRASH_SECONDS)
        record = self._end()
        self.lost = not record or (
            record.get("signal") == signal.SIGKILL and record.get("cause") is None
        )
        return WorkerCrashed(_describe_end(record, self._memory_mb))

    def _end(self) -> dict[str, object]:
        """Close the channel, have the keeper kill, and read how the worker ended."""
        self._channel.close()
        with self._lifeline as lifeline, self._records:
            try:
                lifeline.settimeout(END_SECONDS)
                lifeline.shutdown(socket.SHUT_WR)
                # To the end: until the keeper is gone, and with it everything the worker started.
                for line in self._records:
                    self._record = json.loads(line)
            except (OSError, ValueError):
                pass
        return self._record


def _describe_end(record: Mapping[str, object], memory_mb: int) -> str:
    number, code = record.get("signal"), record.get("code")
    if record.get("cause") == MEMORY:
        return _("your code used more than {most:,} MB of memory and was stopped", most=memory_mb)
    if record.get("cause") == THREADS:
        return _("your code started more threads than it may and was stopped")
    if record.get("cause") == DISK:
        return _("your code wrote more to disk than it may and was stopped")
    if record.get("cause") == PROCESSOR or number == signal.SIGXCPU:
        return _("your code used more processor time than it may and was stopped")
    if isinstance(number, int):
        if number == signal.SIGXFSZ:
            return _("your code wrote a file that is larger than allowed and was stopped")
        name = signal.strsignal(number) or _("signal {number}", number=number)
        return _("the process that ran your code crashed ({signal})", signal=name.lower())
    if isinstance(code, int):
        return _(
            "your code ended its process (exit code {code}), as sys.exit or os._exit do",
            code=code,
        )
    return _("the process that ran your code ended")
