from __future__ import annotations

import stat

import pytest

from grader.report import read_submission, write_batch, write_submission, writing


def test_a_submission_has_two_files_and_nothing_else(result, tmp_path):
    directory = tmp_path / "submissions" / "one"
    write_submission(result, directory)
    assert sorted(path.name for path in directory.iterdir()) == ["report.html", "result.json"]
    assert read_submission(directory / "result.json") == result


def test_a_batch_has_two_files_and_nothing_else(build, tmp_path):
    results = [build.full_marks(), build.ungraded()]
    write_batch(build.batch(results), iter(results), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "results.json"]


def test_the_same_result_gives_the_same_bytes(build, tmp_path):
    for name in ("one", "two"):
        write_submission(build.failing(), tmp_path / name)
    for name in ("result.json", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_hostile_text_can_be_written_and_read(build, tmp_path):
    write_submission(build.hostile(), tmp_path)
    assert read_submission(tmp_path / "result.json").questions[0].score == 0


def test_nothing_is_written_when_rendering_raises(build, tmp_path, monkeypatch):
    def fail(result):
        raise RuntimeError("no page")

    monkeypatch.setattr(writing, "render_submission", fail)
    with pytest.raises(RuntimeError, match="no page"):
        write_submission(build.full_marks(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    writing.write_text(path, "old")

    def fail(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(writing.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        writing.write_text(path, "new")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text() == "old"


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path):
    target = tmp_path / "elsewhere"
    target.write_text("untouched")
    path = tmp_path / "out" / "result.json"
    path.parent.mkdir()
    path.symlink_to(target)
    writing.write_text(path, "new")
    assert target.read_text() == "untouched"
    assert not path.is_symlink()


def test_a_written_file_has_ordinary_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    writing.write_text(tmp_path / "written", "text")
    assert stat.S_IMODE((tmp_path / "written").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
