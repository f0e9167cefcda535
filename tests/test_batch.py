"""Batches: what stops one before it begins, and what never does."""

from __future__ import annotations

import os
import shutil
import signal
from collections import namedtuple
from pathlib import Path

import pytest

from grader.batch import grade_batch, prepare_out
from grader.errors import UsageError, UserError
from grader.intake import read_submission
from grader.report import read_submission as read_result

Usage = namedtuple("Usage", "total used free")


class Listener:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def opened(self, opened) -> None:
        self.seen.append("opened")

    def submission_started(self, submission, number, total) -> None:
        self.seen.append(f"started {submission.id} {number}/{total}")

    def event(self, event) -> None:
        pass

    def submission_finished(self, result) -> None:
        self.seen.append(f"finished {result.submission.id}")


@pytest.fixture
def submission(tmp_path):
    path = tmp_path / "kim.py"
    path.write_text("def flatten(x): return x.reshape(len(x), -1)\n")
    return read_submission(path)


def test_a_full_disk_is_told_before_anything_is_graded(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 5 << 20))
    with pytest.raises(UsageError, match="5 MB left"):
        prepare_out(tmp_path / "out")


def test_an_output_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="--out"):
        prepare_out(tmp_path / "out")


def launchers() -> set[int]:
    """Process groups of the launchers that this process has started."""
    found = set()
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((directory / "stat").read_text().rsplit(")", 1)[1].split()[1])
            is_launcher = b"grader.launcher" in (directory / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if parent == os.getpid() and is_launcher:
            found.add(int(directory.name))
    return found


def test_an_examiner_that_is_killed_is_replaced_and_nothing_is_lost(setup, submission, tmp_path):
    others = launchers()

    class Killer(Listener):
        kills = 0

        def event(self, event) -> None:
            if self.kills == 0:
                (launcher,) = launchers() - others
                os.killpg(launcher, signal.SIGKILL)
                self.kills += 1

    killer = Killer()
    setup = setup.model_copy(update={"train": False})
    results = grade_batch([submission], tmp_path / "out", setup, killer)
    assert killer.kills == 1
    assert [result.status for result in results] == ["graded"]
    written = read_result(tmp_path / "out" / "submissions" / "kim" / "result.json")
    assert written == results[0]
    assert launchers() == others


def test_a_data_set_that_is_not_there_is_told_before_anything_is_graded(
    setup, submission, tmp_path
):
    setup = setup.model_copy(update={"data": "imagefolder"})
    listener = Listener()
    with pytest.raises(UserError, match=r"imagefolder|image folder"):
        grade_batch([submission], tmp_path / "out", setup, listener)
    assert listener.seen == []
    assert not (tmp_path / "out" / "results.json").exists()
