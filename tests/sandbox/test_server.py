"""The worker server where the machine has room for no process more."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from grader.checks.catalogue import known_checks
from grader.grading.students import Options, Students
from grader.rubric import default_rubric, load_rubric
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.server import WorkerServer

ORDER = IsolationConfig(
    scratch="/nowhere",
    memory_bytes=1,
    file_bytes=1,
    scratch_bytes=1,
    scratch_files=1,
    cpu_seconds=1,
)


@pytest.fixture
def server() -> WorkerServer:
    before = signal.getsignal(signal.SIGCHLD)
    yield WorkerServer()
    signal.signal(signal.SIGCHLD, before)


def order(control: socket.socket) -> socket.socket:
    """Order a worker; our end of its channel."""
    ours, theirs = socket.socketpair()
    lifeline, other = socket.socketpair()
    with theirs, lifeline, other:
        socket.send_fds(
            control, [ORDER.model_dump_json().encode()], [theirs.fileno(), other.fileno()]
        )
    return ours


def test_whom_no_process_can_be_started_for_is_told_and_the_server_lives(server, monkeypatch):
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)
    ours, theirs = socket.socketpair()
    with ours:
        server.add(theirs)
        for _time in range(2):
            with order(ours) as channel:
                server.serve_waiting()
                channel.settimeout(5)
                assert channel.recv(1) == b""
    server.serve_waiting()


def test_a_worker_that_could_not_be_started_is_ordered_again(control, tmp_path):
    ours, theirs = socket.socketpair()
    orders: list[bytes] = []

    def refuse_once_and_hand_on() -> None:
        for refused in (True, False):
            packet, descriptors, _flags, _from = socket.recv_fds(theirs, 1 << 20, 2)
            orders.append(packet)
            if not refused:
                socket.send_fds(control, [packet], descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    between = threading.Thread(target=refuse_once_and_hand_on)
    between.start()
    rubric = load_rubric(default_rubric(), known_checks())
    scratch: Path = tmp_path / "scratch"
    scratch.mkdir()
    with ours, theirs:
        students = Students(rubric, None, ours, Options())
        with students.start_worker(scratch) as worker:
            assert worker.alive
            between.join()
    assert len(orders) == 2
