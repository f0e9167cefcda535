"""A submission's digest, from which its inputs are drawn, and what a result says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake import read_submission
from grader.intake.limits import MAX_BYTES
from grader.intake.submission import digest_files


def digest(folder: Path) -> str:
    submission = read_submission(folder)
    assert submission.problem is None
    return submission.digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kim" / "lib").mkdir(parents=True)
    (tmp_path / "kim" / "homework.py").write_text("x = 1\n")
    (tmp_path / "kim" / "lib" / "layers.py").write_text("y = 2\n")
    return tmp_path / "kim"


def test_the_digest_does_not_depend_on_the_place_or_the_name_of_the_folder(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "lee"
    shutil.copytree(folder, copy)
    assert digest(copy) == digest(folder)


def test_the_digest_changes_with_any_byte(folder: Path) -> None:
    before = digest(folder)
    (folder / "lib" / "layers.py").write_text("y = 3\n")
    assert digest(folder) != before


def test_the_digest_changes_with_a_name(folder: Path) -> None:
    before = digest(folder)
    (folder / "lib" / "layers.py").rename(folder / "lib" / "layer.py")
    assert digest(folder) != before


def test_the_digest_does_not_change_with_caches_and_hidden_files(folder: Path) -> None:
    before = digest(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "homework.cpython-311.pyc").write_bytes(b"\0")
    (folder / ".DS_Store").write_bytes(b"\0")
    assert digest(folder) == before


@given(st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=3), min_size=1))
def test_the_digest_tells_all_contents_apart_and_no_orders(
    tmp_path_factory: object, contents: dict[str, bytes]
) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    root = tmp_path_factory.getbasetemp()
    for name, content in contents.items():
        (root / name).write_bytes(content)
    names = list(contents)
    first = digest_files(root, names)
    assert digest_files(root, names[::-1]) == first
    (root / names[0]).write_bytes(contents[names[0]] + b"+")
    assert digest_files(root, names) != first
    assert digest_files(root, names[1:]) != first


def test_moving_a_byte_from_one_file_to_the_next_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xy")
    (tmp_path / "b").write_bytes(b"z")
    before = digest_files(tmp_path, ("a", "b"))
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"yz")
    assert digest_files(tmp_path, ("a", "b")) != before


def test_a_result_is_told_files_and_entry_and_no_place_on_disk(
    folder: Path, tmp_path: Path
) -> None:
    info = read_submission(folder).info
    assert (info.id, info.student.id, info.layout) == ("kim", "kim", "folder")
    assert (info.entry, info.files) == ("homework.py", ("homework.py", "lib/layers.py"))
    assert str(tmp_path) not in info.model_dump_json()


def test_of_a_file_that_grew_no_more_is_read_than_a_submission_may_hold(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(MAX_BYTES << 12)
    with pytest.raises(OSError, match="File too large"):
        digest_files(tmp_path, ("a",))
