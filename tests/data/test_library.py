"""Which data set is opened, imported or fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest

from grader.data import (
    Store,
    fetch_cifar10,
    import_directory,
    list_stores,
    open_store,
    synthesize,
)
from grader.data.build import building, write_store
from grader.data.official import read_official
from grader.errors import DataError

MakeFolder = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def build_official(official: Path, root: Path, sums: dict[str, str]) -> Store:
    """A cifar10 store from batches whose md5 is not the published one."""
    with building(root / "stores", "cifar10"):
        return write_store(root / "stores", read_official(official, md5=sums))


def test_auto_takes_cifar10_before_an_image_folder(
    official: Path, folder: Path, root: Path, sums: dict[str, str]
) -> None:
    import_directory(folder, root)
    build_official(official, root, sums)
    assert open_store("auto", root).name == "cifar10"


def test_auto_takes_an_image_folder_before_synthetic(
    folder: Path, root: Path, synthetic: Store
) -> None:
    shutil.copytree(synthetic.path, root / "stores" / "synthetic")
    assert open_store("auto", root).name == "synthetic"
    import_directory(folder, root)
    assert open_store("auto", root).name == "imagefolder"


def test_auto_makes_synthetic_data_where_nothing_is_found(root: Path, synthetic: Store) -> None:
    store = open_store("auto", root)
    assert store.name == "synthetic"
    assert store.fingerprint == synthetic.fingerprint


def test_a_data_root_that_is_an_image_folder_is_imported_once(folder: Path) -> None:
    store = open_store("auto", folder)
    assert store.name == "imagefolder"
    shutil.rmtree(folder / "train")
    assert open_store("auto", folder) == store


def test_auto_reports_a_damaged_archive_and_does_not_turn_to_synthetic(
    official: Path,
) -> None:
    with pytest.raises(DataError, match=r"data_batch_1 in .* is damaged"):
        open_store("auto", official.parent)


@pytest.mark.parametrize("choice", ["cifar10", "imagefolder"])
def test_what_is_asked_for_and_absent_is_reported_with_the_mend(choice: str, root: Path) -> None:
    with pytest.raises(DataError, match=r"torchgrade data import PATH"):
        open_store("cifar10" if choice == "cifar10" else "imagefolder", root)


def test_the_choice_is_kept_when_several_are_built(
    official: Path, folder: Path, root: Path, sums: dict[str, str]
) -> None:
    built = [build_official(official, root, sums), import_directory(folder, root)]
    assert list_stores(root) == built
    assert [open_store("cifar10", root), open_store("imagefolder", root)] == built


def test_importing_nothing_known_names_the_directory(tmp_path: Path, root: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty is neither the CIFAR-10 archive"):
        import_directory(tmp_path / "empty", root)
    with pytest.raises(DataError, match=r"absent does not exist"):
        import_directory(tmp_path / "absent", root)


def test_a_failed_download_says_what_to_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    utils = pytest.importorskip("torchvision.datasets.utils")

    def fail(*_: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(utils, "download_url", fail)
    with pytest.raises(DataError, match=r"no route to host.*data import PATH.*--data synthetic"):
        fetch_cifar10(root)
    assert list_stores(root) == []


def test_fetching_again_downloads_nothing(
    official: Path, root: Path, sums: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = build_official(official, root, sums)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    assert fetch_cifar10(root) == store


def test_a_synthetic_store_of_another_recipe_is_made_anew(synthetic: Store, root: Path) -> None:
    path = root / "stores" / "synthetic"
    shutil.copytree(synthetic.path, path)
    meta = path / "meta.json"
    meta.write_text(meta.read_text().replace('"recipe": "', '"recipe": "older '))
    assert list_stores(root) == []
    assert synthesize(root).fingerprint == synthetic.fingerprint
    assert '"recipe": "older ' not in meta.read_text()


def test_opening_imports_no_torch(folder: Path, root: Path) -> None:
    import_directory(folder, root)
    code = (
        "import sys; from pathlib import Path; from grader.data import open_store; "
        f"open_store('auto', Path({str(root)!r})).train(); "
        "print({'torch', 'torchvision', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


REAL = os.environ.get("TORCHGRADE_TEST_CIFAR")


@pytest.mark.skipif(
    not REAL, reason="TORCHGRADE_TEST_CIFAR does not name a directory that holds CIFAR-10"
)
def test_real_cifar10_has_the_homeworks_splits(root: Path) -> None:
    store = import_directory(Path(REAL or ""), root)
    assert (store.sizes.train, store.sizes.validation, store.sizes.test) == (49_000, 1000, 10_000)
    assert store.description.startswith("CIFAR-10 (")
    mean = store.train().images.mean(axis=(0, 1, 2)) / 255
    assert mean.tolist() == pytest.approx([0.4914, 0.4822, 0.4465], abs=0.001)
    assert set(store.validation().labels.tolist()) == set(range(10))
