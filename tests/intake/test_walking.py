"""Folders of any depth are looked through, or refused, and never recursed into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.intake import open_download, read_submission
from grader.intake.limits import MAX_FOLDER_DEPTH
from grader.intake.walking import TooDeep, walk

Deep = Callable[[Path, int], Path]
HOMEWORK = "def flatten(x):\n    return x\n"
REPORT = ("result.json", "report.html")


@pytest.fixture
def deep() -> Iterator[Deep]:
    """Makes so many folders within each other, and takes them away again, whatever the depth."""
    made = []

    def make(top: Path, count: int) -> Path:
        top.mkdir(parents=True)
        made.append(top)
        here = os.open(top, os.O_RDONLY)  # a path of all their names would be too long
        for _ in range(count):
            os.mkdir("a", dir_fd=here)
            inner = os.open("a", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(here)
        return top

    yield make
    for top in made:
        while (top / "a" / "a").exists():
            (top / "a" / "a").rename(top / "b")
            (top / "a").rmdir()
            (top / "b").rename(top / "a")


def test_folders_come_before_what_lies_in_them_by_alphabet(tmp_path: Path) -> None:
    for name in ("b/x/2", "b/1", "a/3", "0", "skipped/4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    walked = list(walk(tmp_path, lambda path: path.name != "skipped"))
    assert [each.folder.relative_to(tmp_path).as_posix() for each in walked] == [
        ".", "a", "b", "b/x",
    ]  # fmt: skip
    assert [each.files for each in walked] == [("0",), ("3",), ("1",), ("2",)]


def test_as_deep_as_allowed_is_looked_into_and_no_deeper(tmp_path: Path, deep: Deep) -> None:
    assert len(list(walk(deep(tmp_path / "kim", MAX_FOLDER_DEPTH), Path.is_dir))) == 33
    with pytest.raises(TooDeep):
        list(walk(deep(tmp_path / "lee", MAX_FOLDER_DEPTH + 1), Path.is_dir))


@pytest.mark.parametrize("depth", [MAX_FOLDER_DEPTH + 1, 1_200, 4_000])
@pytest.mark.parametrize("beside", [(), REPORT, ("homework.py",), (*REPORT, "homework.py")])
def test_a_deep_folder_concerns_its_owner_alone(
    tmp_path: Path, deep: Deep, depth: int, beside: tuple[str, ...]
) -> None:
    batch = tmp_path / "batch"
    deep(batch / "eve", depth)
    for name in beside:
        (batch / "eve" / name).write_text(HOMEWORK)
    (batch / "kim.py").write_text(HOMEWORK)
    with open_download(batch) as download:
        problems = {each.id: each.problem for each in download.submissions}
    assert problems == {
        "eve": "eve holds folders that lie more than 32 deep within each other. "
        "Hand in your work alone.",
        "kim": None,
    }


def test_a_deep_folder_of_one_s_own_says_what_to_do(tmp_path: Path, deep: Deep) -> None:
    folder = deep(tmp_path / "eve", 1_200)
    assert "more than 32 deep" in str(read_submission(folder).problem)
