"""Folders that outlive nobody."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest

from grader.scratch import LOCK, PREFIX, Scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_scratch_folder_goes_with_its_block(temporary):
    with Scratch() as scratch:
        (scratch.path / "deep" / "er").mkdir(parents=True)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(temporary):
    code = "import os; from grader.scratch import Scratch; Scratch(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code], env={"TMPDIR": str(temporary)}, check=False)
    (abandoned,) = temporary.iterdir()
    with Scratch() as scratch:
        assert list(temporary.iterdir()) == [scratch.path]
        assert scratch.path != abandoned


def test_what_is_in_use_stays(temporary):
    with Scratch() as first, Scratch() as second:
        assert first.path.exists()
        assert first.path != second.path


def test_a_folder_of_somebody_elses_stays(temporary):
    for name in ("torchgrade-report", f"{PREFIX}mine"):
        (temporary / name).mkdir()
    with Scratch():
        pass
    assert {path.name for path in temporary.iterdir()} == {"torchgrade-report", f"{PREFIX}mine"}
    assert not (temporary / f"{PREFIX}mine" / LOCK).exists()
