"""The folder of results: what keeps a grading from beginning."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from grader.batch.outfolder import LOCK, opened_out
from grader.errors import UsageError
from tests.report import builder

Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_told_before_anything_is_graded(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 5 << 20))
    with pytest.raises(UsageError, match="5 MB left"), opened_out(tmp_path / "out"):
        pass


def test_an_output_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="--out"), opened_out(tmp_path / "out"):
        pass


def test_two_gradings_cannot_write_to_one_folder(tmp_path):
    another = opened_out(tmp_path)
    with opened_out(tmp_path), pytest.raises(UsageError, match="Another torchgrade"), another:
        pass
    with opened_out(tmp_path) as folder:  # and it can be used again
        assert folder.path == tmp_path


def test_what_a_killed_grading_left_half_written_is_removed(tmp_path, monkeypatch):
    def killed(self, target):
        raise SystemExit

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: None)
    result = builder.submission()
    with opened_out(tmp_path, single=True) as folder, pytest.raises(SystemExit):
        folder.write(result)
    monkeypatch.undo()
    assert any("tmp" in path.name for path in tmp_path.iterdir())
    with opened_out(tmp_path, single=True):
        assert not any("tmp" in path.name for path in tmp_path.iterdir())


def test_names_like_ours_below_a_hand_in_stay(tmp_path):
    hidden = tmp_path / "kim" / ".a.torchgrade-tmp"
    hidden.mkdir(parents=True)
    (tmp_path / ".b.torchgrade-tmp").mkdir()
    with opened_out(tmp_path):
        assert hidden.is_dir()
        assert (tmp_path / ".b.torchgrade-tmp").is_dir()


def test_a_lock_that_cannot_be_had_is_told(tmp_path):
    (tmp_path / LOCK).mkdir()  # as good as one that is somebody else's
    with pytest.raises(UsageError, match=f"cannot be locked: .* make {LOCK} in it yours"):
        opened_out(tmp_path).__enter__()
