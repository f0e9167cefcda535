"""The worker server's loop: forks a keeper, and by it a worker, whenever the examiner asks.

Runs in the launcher. Holds no secret, runs no tensor operation and starts no thread, so that a
fork of it is clean.
"""

from __future__ import annotations

import gc
import os
import signal
import socket

from pydantic import ValidationError

from grader.sandbox.isolation import isolate
from grader.sandbox.keeper import keep
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.readable import readable_paths

MAX_ORDER_BYTES = 1 << 20


def serve_workers(control: socket.socket) -> None:
    """Serve orders until the examiner closes its end.

    An order is one packet: the JSON of an :class:`IsolationConfig` with two descriptors, channel
    and lifeline. Nothing is answered here; the worker answers on its channel.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no burial
    readable = readable_paths()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, MAX_ORDER_BYTES, 2)
        if not packet:
            return
        channel, lifeline = (socket.socket(fileno=fd) for fd in descriptors)
        with channel, lifeline:
            try:
                order = IsolationConfig.model_validate_json(packet)
            except ValidationError:
                continue  # closing the channel tells the examiner
            if os.fork() == 0:
                _become_keeper(order.with_readable(readable), control, channel, lifeline)


def _become_keeper(
    order: IsolationConfig, control: socket.socket, channel: socket.socket, lifeline: socket.socket
) -> None:
    """In a fork of the server: leave its session and descriptors, keep one worker, exit."""
    exit_code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        control.close()

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


def _close_other_files(keep_fd: int) -> None:
    """Leave nothing open but the channel; standard streams lead to /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, keep_fd)
    os.closerange(keep_fd + 1, os.sysconf("SC_OPEN_MAX"))
