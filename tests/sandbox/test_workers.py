"""One worker: how it starts, and that nothing of it is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.errors import WorkerCrashed, WorkerNotStarted
from grader.protocol import messages as m
from grader.protocol import parts
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.workers import Worker
from tests.conftest import LOAD, MEMORY_BYTES


def processes_in(scratch: Path) -> list[str]:
    """Processes whose working directory is `scratch`."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if (directory / "cwd").readlink() == scratch:
                found.append(directory.name)
        except OSError:
            continue  # it ended, or belongs to another user
    return found


def test_an_ended_worker_leaves_no_process(start_worker, tmp_path):
    with start_worker(tmp_path):
        assert processes_in(tmp_path) or os.getuid() != 0
    assert processes_in(tmp_path) == []


def test_ending_twice_is_fine_and_asking_afterwards_is_an_error(start_worker, tmp_path):
    worker = start_worker(tmp_path)
    worker.end()
    worker.end()
    with pytest.raises(WorkerCrashed):
        worker.ask(m.Close(), seconds=1)


def test_a_worker_that_cannot_start_is_not_the_student_s_fault(start_worker, tmp_path):
    with pytest.raises(WorkerNotStarted):
        start_worker(tmp_path / "there is no such folder")


def test_who_is_interrupted_while_asking_gets_no_stale_reply(start_worker, tmp_path):
    def interrupt(notice: m.Notice) -> None:
        raise KeyboardInterrupt

    with start_worker(tmp_path) as worker:
        request = LOAD.model_copy(update={"cells": (parts.Cell(file="a.py", source="x = 1"),)})
        with pytest.raises(KeyboardInterrupt):
            worker.ask(request, seconds=20, on_notice=interrupt)
        with pytest.raises(WorkerCrashed):
            worker.ask(m.Close(), seconds=1)


def test_no_descriptor_leaks(start_worker, tmp_path):
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with start_worker(tmp_path):
        pass
    before = count()
    for _ in range(5):
        with start_worker(tmp_path):
            pass
    assert count() == before


def test_a_request_the_harness_does_not_know_is_answered_not_fatal(start_worker, tmp_path):
    with start_worker(tmp_path) as worker:
        reply, _ = worker.ask(m.GetWeights(target="run:0"), seconds=10)
        assert isinstance(reply, m.Raised)
        reply, _ = worker.ask(m.GetWeights(target="run:0"), seconds=10)
        assert isinstance(reply, m.Raised)


def test_used_up_processor_time_is_told_and_is_nobody_else_s_doing(control, tmp_path):
    config = IsolationConfig(
        scratch=str(tmp_path), readable=(), memory_bytes=MEMORY_BYTES, file_bytes=1 << 20,
        scratch_bytes=8 << 20, scratch_files=100, cpu_seconds=1,
    )  # fmt: skip
    endless = parts.Cell(file="homework.py", source="while True:\n    pass")
    with Worker(control, config) as worker:
        with pytest.raises(WorkerCrashed, match="more processor time than it may"):
            worker.ask(LOAD.model_copy(update={"cells": (endless,)}), seconds=60)
        assert not worker.lost
