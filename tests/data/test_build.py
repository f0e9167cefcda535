"""A store is whole or absent, whoever else builds and whatever breaks off."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.data import import_directory, list_stores, open_store
from grader.errors import DataError

IMPORT = """
import os, signal, sys
from pathlib import Path
import grader.data.build as build
from grader.data import import_directory
if "killed-while-writing" in sys.argv:
    build._write_text = lambda path, text: os.kill(os.getpid(), signal.SIGKILL)
print(import_directory(Path(sys.argv[1]), Path(sys.argv[2])).fingerprint)
"""


def start_import(source: Path, root: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORT, str(source), str(root), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def left_behind(root: Path) -> list[str]:
    return [path.name for path in (root / "stores").iterdir() if path.name.startswith(".building")]


def test_a_build_killed_while_writing_leaves_no_store_and_the_next_one_works(
    folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    with start_import(folder, root, "killed-while-writing") as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert left_behind(root)  # it was killed midway
    assert list_stores(root) == []
    store = import_directory(folder, root)
    assert open_store("auto", root) == store
    assert left_behind(root) == []


def test_processes_that_build_at_once_leave_one_whole_store(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    processes = [start_import(folder, root) for _ in range(3)]
    printed = {process.communicate()[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    store = open_store("imagefolder", root)
    assert printed == {store.fingerprint}
    assert store.sizes.test == 6
    assert len(store.test()) == 5
    assert left_behind(root) == []


def test_a_failed_import_leaves_the_older_store_in_place(folder: Path, tmp_path: Path) -> None:
    store = import_directory(folder, tmp_path / "root")
    (folder / "test" / "cat" / "0000.png").write_text("x")
    with pytest.raises(DataError):
        import_directory(folder, tmp_path / "root")
    assert open_store("auto", tmp_path / "root") == store
    assert len(store.train()) == 14


def test_a_later_import_replaces_the_store_while_open_maps_keep_theirs(
    folder: Path, tmp_path: Path
) -> None:
    store = import_directory(folder, tmp_path / "root")
    images = store.test().images
    before = images.copy()
    (folder / "test" / "cat" / "0000.png").unlink()
    later = import_directory(folder, tmp_path / "root")
    assert later.sizes.test == 5
    assert later.fingerprint != store.fingerprint
    assert (images == before).all()


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file can grow beyond 20 kB, which a write meets as it meets a full disk: OSError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_reported_with_the_place_and_leaves_nothing(
    folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    with pytest.raises(DataError, match=r"cannot be written to .*imagefolder .*Free some space"):
        import_directory(folder, root)
    assert left_behind(root) == []
    assert list_stores(root) == []


def test_a_data_root_below_a_file_is_reported(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match=r"cannot be written to .*file.*TORCHGRADE_DATA"):
        import_directory(folder, tmp_path / "file" / "root")
