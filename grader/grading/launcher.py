"""The launcher: imports torch once, forks examiners, and serves them workers.

Started by the scheduler as ``python -m grader.grading.launcher FD``, FD being the scheduler's line
to it. Each packet on it is an order for an examiner: one byte, and the examiner's end of its
connection. See `grader.sandbox` for who is whose parent and why.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from importlib import import_module

# Neither is used here: they are loaded once, to be in the memory of every fork.
import numpy  # noqa: F401  # for the forks
import torch  # noqa: F401  # for the forks

from grader.sandbox.isolation import die_with_parent, keep_memory_private
from grader.sandbox.server import WorkerServer, forks


def main() -> None:
    """Fork what is ordered until the scheduler is gone."""
    die_with_parent()
    orders = socket.socket(fileno=int(sys.argv[1]))
    server = WorkerServer()

    def serve_order() -> bool:
        packet, descriptors, _, _ = socket.recv_fds(orders, 1, 1)
        if not packet:
            os._exit(0)  # there is nothing to clean up, and torch's extensions are loud about it
        _fork_examiner(server, socket.socket(fileno=descriptors[0]))
        return True

    server.listen(orders, serve_order)
    # An examiner needs nothing of torchvision. The first one starts while it is loaded.
    server.serve_waiting()
    _load_what_workers_need()
    server.serve()


def _load_what_workers_need() -> None:
    """All of it, for good: a worker can read no file of torchgrade's."""
    import_module("torchvision")
    import_module("grader.harness.worker")


def _fork_examiner(server: WorkerServer, connection: socket.socket) -> None:
    control, examiner_end = socket.socketpair()
    with connection, examiner_end:
        if forks():
            die_with_parent()
            keep_memory_private()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            server.close_sockets()
            _become_examiner(connection, examiner_end)
    server.add(control)


def _become_examiner(connection: socket.socket, control: socket.socket) -> None:
    exit_code = 1
    try:
        # Imported here, after the fork: what the examiner knows must not be in the launcher's
        # memory, which every worker inherits.
        from grader.grading.examiner import examine

        examine(connection, control)
        exit_code = 0
    finally:
        sys.stderr.flush()
        os._exit(exit_code)


if __name__ == "__main__":
    main()
