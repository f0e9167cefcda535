"""Folders that outlive nobody."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

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


def test_one_that_was_taken_for_abandoned_while_it_was_made_is_there_all_the_same(
    temporary, monkeypatch
):
    make = tempfile.mkdtemp

    def make_and_lose(**options):
        path = make(**options)
        (temporary / path).rmdir()
        return path

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose)
    with Scratch() as scratch:
        assert (scratch.path / LOCK).exists()
        assert scratch.path.stat().st_mode & 0o777 == 0o700


def test_one_that_is_removed_while_it_is_locked_is_made_again(temporary, monkeypatch):
    acquire, locked = FileLock.acquire, []

    def acquire_and_lose(lock, *arguments, **options):
        proxy = acquire(lock, *arguments, **options)
        locked.append(lock.lock_file)
        if len(locked) == 1:
            shutil.rmtree(Path(lock.lock_file).parent)
        return proxy

    monkeypatch.setattr(FileLock, "acquire", acquire_and_lose)
    with Scratch() as scratch:
        assert [str(scratch.path / LOCK)] == locked[1:]
