"""The worker server: forks a keeper, and by it a worker, whenever an examiner asks.

Runs in the launcher. Holds no secret, runs no tensor operation and starts no thread, so that a
fork of it is clean.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from collections.abc import Callable

from pydantic import ValidationError

from grader.machine import stay_on
from grader.sandbox.isolation import isolate
from grader.sandbox.keeper import keep
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.readable import paths_without, readable_paths

MAX_ORDER_BYTES = 1 << 20


class WorkerServer:
    """Serves the controls of any number of examiners.

    An order is one packet: the JSON of an :class:`IsolationConfig` with two descriptors, channel
    and lifeline. Nothing is answered here; the worker answers on its channel.
    """

    def __init__(self) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers and examiners need no burial
        self._readable = readable_paths()
        self._sockets: dict[socket.socket, Callable[[], bool]] = {}

    def add(self, control: socket.socket) -> None:
        """Serve the orders of one more examiner."""
        self.listen(control, lambda: self._serve_order(control))

    def listen(self, listened: socket.socket, on_ready: Callable[[], bool]) -> None:
        """Call `on_ready` whenever something has come, until it says that nothing more will."""
        self._sockets[listened] = on_ready

    def serve(self) -> None:
        """Serve until nobody is left to listen to."""
        gc.freeze()  # keeps the collector from touching, and so copying, the shared pages
        while self._sockets:
            self._serve_ready(seconds=None)

    def serve_waiting(self) -> None:
        """Serve what has come already, and return."""
        self._serve_ready(seconds=0)

    def _serve_ready(self, seconds: float | None) -> None:
        for ready in select.select(list(self._sockets), [], [], seconds)[0]:
            if not self._sockets[ready]():
                del self._sockets[ready]
                ready.close()

    def close_sockets(self) -> None:
        """In a fork: let go of what belongs to the server."""
        for each in self._sockets:
            each.close()

    def _serve_order(self, control: socket.socket) -> bool:
        try:
            packet, descriptors, _, _ = socket.recv_fds(control, MAX_ORDER_BYTES, 2)
        except ConnectionError:
            return False
        if not packet:
            return False
        channel, lifeline = (socket.socket(fileno=fd) for fd in descriptors)
        with channel, lifeline:
            try:
                order = IsolationConfig.model_validate_json(packet)
            except ValidationError:
                return True  # closing the channel tells the examiner
            if forks():
                # What is private is known to whoever orders; the launcher starts before.
                readable = paths_without(self._readable, order.private)
                self._become_keeper(order.with_readable(readable), channel, lifeline)
        return True

    def _become_keeper(
        self, order: IsolationConfig, channel: socket.socket, lifeline: socket.socket
    ) -> None:
        """In a fork of the server: leave its session and descriptors, keep one worker, exit."""
        exit_code = 1
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            self.close_sockets()
            stay_on(order.cores)

            def run_worker(worker_end: socket.socket, entered: tuple[str, ...]) -> None:
                _close_other_files(worker_end.fileno())
                os.chdir(order.scratch)
                layers = isolate(order, entered)
                from grader.harness.worker import serve

                serve(worker_end, layers)

            keep(run_worker, channel, lifeline, order)
            exit_code = 0
        finally:
            os._exit(exit_code)


def forks() -> bool:
    """Whether this is a new process; it is not where the machine has room for none.

    Whoever ordered one finds the connection closed, and may order again.
    """
    try:
        return os.fork() == 0
    except OSError:
        return False


def serve_workers(control: socket.socket) -> None:
    """Serve one examiner until it closes its end."""
    server = WorkerServer()
    server.add(control)
    server.serve()


def _close_other_files(keep_fd: int) -> None:
    """Leave nothing open but the channel; standard streams lead to /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, keep_fd)
    os.closerange(keep_fd + 1, os.sysconf("SC_OPEN_MAX"))
