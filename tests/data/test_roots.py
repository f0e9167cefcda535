"""Where data sets lie."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.data import default_data_root, import_directory, list_stores, open_store
from grader.errors import DataError


def test_the_environment_variable_names_the_data_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHGRADE_DATA", str(tmp_path / "named"))
    assert default_data_root() == tmp_path / "named"


def test_an_empty_environment_variable_counts_as_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHGRADE_DATA", "")
    assert default_data_root().is_relative_to(tmp_path)
    assert default_data_root().name == "data"


def test_stores_go_into_the_data_root_that_the_environment_names(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCHGRADE_DATA", str(tmp_path / "named"))
    store = import_directory(folder)
    assert store.path.is_relative_to(tmp_path / "named")
    assert open_store("auto") == store


def test_a_data_root_that_does_not_exist_yet_is_made(folder: Path, tmp_path: Path) -> None:
    store = import_directory(folder, tmp_path / "not" / "yet")
    assert store.path.is_relative_to(tmp_path / "not" / "yet")


def test_a_relative_data_root_gives_a_store_with_an_absolute_path(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    store = open_store("imagefolder", Path(folder.name))
    assert store.path == folder / "stores" / "imagefolder"


def test_a_data_root_that_is_a_file_is_reported_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").write_text("x")
    with pytest.raises(DataError, match=r"is a file.*torchgrade data import"):
        open_store("auto", tmp_path / "cifar-10-python.tar.gz")


@pytest.mark.usefixtures("read_only")
def test_a_read_only_image_folder_is_imported_into_the_user_cache_and_found_again(
    folder: Path, user_cache: Path
) -> None:
    store = open_store("auto", folder)
    assert store.path.is_relative_to(user_cache)
    assert sorted(path.name for path in folder.iterdir()) == ["test", "train"]
    assert open_store("auto", folder) == store
    assert list_stores(folder) == [store]


@pytest.mark.usefixtures("read_only")
def test_two_read_only_roots_do_not_share_a_store(
    folder: Path, make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    other = tmp_path / "other" / "pictures"
    make_folder(other, classes=("x", "y"))
    assert open_store("auto", folder).classes != open_store("auto", other).classes


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every image folder look read-only; file modes would not stop root."""
    real = os.access

    def access(path: Path, mode: int) -> bool:
        return Path(path).name != "pictures" and real(path, mode)

    monkeypatch.setattr(os, "access", access)
