"""A worker server for benchmarks that look at workers without a whole slot around them."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_SERVER = """
import os, socket, sys
import torch, torchvision
import grader.harness.worker
from grader.sandbox.server import serve_workers
serve_workers(socket.socket(fileno=int(sys.argv[1])))
os._exit(0)
"""


@dataclass(frozen=True)
class WorkerServer:
    """A running server: the socket that orders go to, and its process."""

    control: socket.socket
    pid: int


@contextmanager
def worker_server() -> Iterator[WorkerServer]:
    """Start a server; it ends with the block."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", _SERVER, str(theirs.fileno())]
    with ours, theirs, subprocess.Popen(command, pass_fds=[theirs.fileno()]) as server:
        theirs.close()
        yield WorkerServer(ours, server.pid)
        ours.close()
        server.wait()
