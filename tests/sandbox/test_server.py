"""The worker server where the machine has room for no process more."""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import pytest

from grader.checks.catalogue import known_checks
from grader.errors import WorkerNotStarted
from grader.grading.students import Options, Students
from grader.rubric import default_rubric, load_rubric
from grader.sandbox import workers
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.server import WorkerServer

Answer = Literal["refuse", "hand on", "keep"]
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


@contextmanager
def orders_of(control: socket.socket, answers: Sequence[Answer]) -> Iterator[Students]:
    """Who orders workers by way of somebody who refuses some and hands others on."""
    ours, theirs = socket.socketpair()
    kept: list[int] = []

    def answer() -> None:
        for each in answers:
            packet, descriptors, _flags, _from = socket.recv_fds(theirs, 1 << 20, 2)
            if each == "hand on":
                socket.send_fds(control, [packet], descriptors)
            if each == "keep":
                kept.extend(descriptors)
            else:
                for descriptor in descriptors:
                    os.close(descriptor)

    between = threading.Thread(target=answer)
    between.start()
    rubric = load_rubric(default_rubric(), known_checks())
    with ours, theirs:
        yield Students(rubric, None, ours, Options())
        between.join(20)
        assert not between.is_alive(), "fewer were ordered than expected"
        assert select.select([theirs], [], [], 0)[0] == [], "more were ordered than expected"
    for descriptor in kept:
        os.close(descriptor)


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long was waited; nobody really does."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def test_a_worker_that_could_not_be_started_is_ordered_again(control, tmp_path, pauses):
    with (
        orders_of(control, ["refuse", "hand on"]) as students,
        students.start_worker(tmp_path) as worker,
    ):
        assert worker.alive
    assert len(pauses) == 1


def test_room_that_did_not_come_is_not_waited_for_again_until_it_has_come(
    control, tmp_path, pauses
):
    answers: list[Answer] = ["refuse"] * 4 + ["refuse"] + ["hand on"] + ["refuse"] * 4
    with orders_of(control, answers) as students:
        for waited in (3, 3):  # in all: the second time nothing more
            with pytest.raises(WorkerNotStarted, match="before it began"):
                students.start_worker(tmp_path)
            assert len(pauses) == waited
        students.start_worker(tmp_path).end()
        with pytest.raises(WorkerNotStarted):
            students.start_worker(tmp_path)
        assert len(pauses) == 6


def test_a_worker_that_does_not_begin_is_not_ordered_again(control, tmp_path, pauses, monkeypatch):
    monkeypatch.setattr(workers, "START_SECONDS", 0.2)
    with (
        orders_of(control, ["keep"]) as students,
        pytest.raises(WorkerNotStarted, match=r"within 0\.2 seconds"),
    ):
        students.start_worker(tmp_path)
    assert pauses == []
