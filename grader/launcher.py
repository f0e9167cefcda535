"""The launcher: imports torch once, forks the examiner, then serves workers.

Started by the scheduler as ``python -m grader.launcher FD`` with the examiner's end of their
connection. See `grader.sandbox` for who is whose parent and why.
"""

from __future__ import annotations

import os
import socket
import sys

import numpy  # noqa: F401  # loaded once, for every worker
import torch  # noqa: F401
import torchvision  # noqa: F401

import grader.harness.worker  # noqa: F401  # a worker can read no file of torchgrade's
from grader.sandbox.isolation import die_with_parent, keep_memory_private
from grader.sandbox.server import serve_workers


def main() -> None:
    """Fork the examiner and serve its workers until it ends."""
    die_with_parent()
    connection = socket.socket(fileno=int(sys.argv[1]))
    control, examiner_end = socket.socketpair()
    if os.fork() == 0:
        die_with_parent()
        keep_memory_private()
        control.close()
        _become_examiner(connection, examiner_end)
    connection.close()
    examiner_end.close()
    serve_workers(control)
    os._exit(0)  # there is nothing to clean up, and torch's extensions are loud about it


def _become_examiner(connection: socket.socket, control: socket.socket) -> None:
    exit_code = 1
    try:
        # Imported here, after the fork: what the examiner knows must not be in the launcher's
        # memory, which every worker inherits.
        from grader.examiner import examine

        examine(connection, control)
        exit_code = 0
    finally:
        sys.stderr.flush()
        os._exit(exit_code)


if __name__ == "__main__":
    main()
