"""Files that student code may have made as awkward as it could."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.files import entries_below, open_regular, remove_tree, written


def names(folder: Path) -> set[str]:
    return {entry.name for entry in entries_below(folder)}


def open_descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_everything_below_is_told_outer_things_first(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.txt").write_text("12345")
    found = list(entries_below(tmp_path))
    assert [entry.name for entry in found] == ["a", "b", "c.txt"]
    assert [entry.status.st_size for entry in found if entry.name == "c.txt"] == [5]


def test_links_are_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").touch()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    assert names(tmp_path / "inside") == {"link"}


def test_a_folder_that_becomes_a_pipe_or_a_link_is_not_waited_for(tmp_path):
    for put_in_place in (os.mkfifo, lambda path: path.symlink_to(tmp_path)):
        folder = tmp_path / "folder"
        folder.mkdir()
        entries = entries_below(tmp_path)
        entry = next(entries)
        assert stat.S_ISDIR(entry.status.st_mode)
        folder.rmdir()
        put_in_place(folder)
        assert list(entries) == []
        folder.unlink()


def test_what_is_gone_by_then_is_told_without_a_status(tmp_path):
    for name in "ab":
        (tmp_path / name).touch()
    entries = entries_below(tmp_path)
    other = ({"a", "b"} - {next(entries).name}).pop()
    (tmp_path / other).unlink()
    assert [(entry.name, entry.status) for entry in entries] in ([], [(other, None)])


def test_counting_ends_while_names_change(tmp_path):
    for number in range(50):
        (tmp_path / f"{number}.0").touch()
    ended = threading.Event()

    def rename() -> None:
        turn = 0
        while not ended.is_set():
            for number in range(50):
                (tmp_path / f"{number}.{turn}").rename(tmp_path / f"{number}.{turn + 1}")
            turn += 1

    thread = threading.Thread(target=rename)
    thread.start()
    try:
        counts = [sum(1 for _ in entries_below(tmp_path)) for _ in range(20)]
    finally:
        ended.set()
        thread.join()
    assert min(counts) > 0


def test_descriptors_are_given_back(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}" / "deeper").mkdir(parents=True)
    before = open_descriptors()
    entries = entries_below(tmp_path)
    next(entries)
    next(entries)
    entries.close()
    list(entries_below(tmp_path))
    assert open_descriptors() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to root")
def test_closed_folders_are_removed(tmp_path):
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "closed").chmod(0)
    remove_tree(tmp_path / "closed")
    assert list(tmp_path.iterdir()) == []


DEEP_AND_CLOSED = """
import os, resource, sys
from pathlib import Path
from grader.files import remove_tree

top = Path(sys.argv[1])
top.mkdir()
(top / "link").symlink_to(sys.argv[2])
place = os.open(top, os.O_RDONLY)
for _ in range(1500):
    os.mkdir("d", dir_fd=place)
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=place))
    inner = os.open("d", os.O_RDONLY, dir_fd=place)
    os.fchmod(place, 0o300)  # it cannot be listed
    os.close(place)
    place = inner
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
remove_tree(top)
"""


def test_folders_deeper_than_descriptors_reach_and_closed_are_removed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o500)
    done = subprocess.run(
        [sys.executable, "-c", DEEP_AND_CLOSED, tmp_path / "deep", outside], check=False
    )
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == [outside]
    assert stat.S_IMODE(outside.stat().st_mode) == 0o500, "what a link leads to stays as it is"


def test_what_cannot_be_removed_is_left_and_the_rest_goes(monkeypatch, tmp_path):
    (tmp_path / "top" / "kept").mkdir(parents=True)
    (tmp_path / "top" / "file").touch()
    rmdir = os.rmdir

    def refuse(path, *arguments, **named):
        if path != "kept":
            return rmdir(path, *arguments, **named)
        raise PermissionError(errno.EPERM, "immutable")

    monkeypatch.setattr(os, "rmdir", refuse)
    remove_tree(tmp_path / "top")
    assert [each.name for each in (tmp_path / "top").iterdir()] == ["kept"]


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [a_pipe, a_folder])
def test_what_took_the_place_of_a_file_is_neither_followed_nor_waited_for(tmp_path, make):
    make(tmp_path / "work.py")
    with pytest.raises(OSError, match="it is no regular file"):
        open_regular(tmp_path / "work.py")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what is somebody else's")
def test_somebody_else_s_link_is_not_followed(tmp_path):
    (tmp_path / "work.py").symlink_to("/etc/passwd")
    os.lchown(tmp_path / "work.py", 65534, 65534)
    with pytest.raises(OSError, match="somebody else's link"):
        open_regular(tmp_path / "work.py")


def test_a_link_of_one_s_own_is_followed(tmp_path):
    (tmp_path / "common.py").write_bytes(b"x = 1")
    (tmp_path / "work.py").symlink_to("common.py")
    with open_regular(tmp_path / "work.py") as file:
        assert file.read() == b"x = 1"


def test_a_file_is_opened_for_reading(tmp_path):
    (tmp_path / "work.py").write_bytes(b"x = 1\r\n")
    with open_regular(tmp_path / "work.py") as file:
        assert file.read() == b"x = 1\r\n"


def full_disk(monkeypatch, *free: int) -> list[float]:
    """The disk has so much room, one after the other; how long was waited meanwhile."""
    told, waited = list(free), [0.0]

    def usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=told.pop(0) if len(told) > 1 else told[0])

    def sleep(seconds: float) -> None:
        waited[0] += seconds

    monkeypatch.setattr(shutil, "disk_usage", usage)
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: waited[0])
    return waited


def refused_once() -> Callable[[], str]:
    refusals = [OSError(errno.ENOSPC, "full")]

    def write() -> str:
        if refusals:
            raise refusals.pop()
        return "written"

    return write


def test_what_a_disk_refused_is_written_when_it_has_room_again(monkeypatch, tmp_path):
    waited = full_disk(monkeypatch, 0, 0, 1 << 40)
    assert written(refused_once(), tmp_path / "to be made") == "written"
    assert 0.0 < waited[0] < 5.0


def test_a_disk_that_stays_full_is_not_waited_for_for_ever(monkeypatch, tmp_path):
    waited = full_disk(monkeypatch, 0)
    with pytest.raises(OSError, match="full"):
        written(refused_once(), tmp_path)
    assert waited[0] < 60.0


def test_any_other_error_is_told_at_once(monkeypatch, tmp_path):
    waited = full_disk(monkeypatch, 0)
    with pytest.raises(FileNotFoundError):
        written((tmp_path / "nothing").read_text, tmp_path)
    assert waited == [0.0]
