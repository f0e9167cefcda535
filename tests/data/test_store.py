"""What a store promises to those who open it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from grader.data import Store, import_directory, open_store
from grader.errors import DataError


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Store:
    return import_directory(folder, tmp_path / "root")


def test_splits_have_the_promised_shapes_and_types(store: Store) -> None:
    for split in (store.train(), store.validation(), store.test()):
        assert split.images.shape == (len(split), 32, 32, 3)
        assert split.images.dtype == np.uint8
        assert split.labels.shape == (len(split),)
        assert split.labels.dtype == np.int64


def test_splits_are_read_only_memory_maps(store: Store) -> None:
    split = store.train()
    assert isinstance(split.images, np.memmap)
    assert isinstance(split.labels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        split.images[0] = 0


def test_sizes_are_those_of_the_splits(store: Store) -> None:
    assert store.sizes.train == len(store.train()) == 14
    assert store.sizes.validation == len(store.validation()) == 1
    assert store.sizes.test == len(store.test()) == 6


def test_the_training_directory_holds_the_training_split_and_nothing_held_out(
    store: Store,
) -> None:
    assert sorted(path.name for path in store.train_dir.iterdir()) == [
        "images.npy",
        "labels.npy",
        "meta.json",
    ]
    assert not any(path.is_symlink() for path in store.train_dir.iterdir())
    assert np.load(store.train_dir / "labels.npy").shape == (store.sizes.train,)
    assert np.load(store.train_dir / "images.npy").shape[0] == store.sizes.train
    meta = json.loads((store.train_dir / "meta.json").read_text())
    assert meta == {"classes": list(store.classes)}


def test_the_description_names_the_data_and_the_sizes(store: Store) -> None:
    assert store.description == (
        "Image folder pictures (3 classes): 14 training, 1 validation, 6 test images"
    )


def test_a_damaged_meta_file_is_named_with_the_mend(store: Store, tmp_path: Path) -> None:
    (store.path / "meta.json").write_text('{"format": 1')
    with pytest.raises(DataError, match=r"meta\.json is damaged.* Delete the directory"):
        open_store("auto", tmp_path / "root")


@pytest.mark.parametrize("name", ["images.npy", "labels.npy"])
def test_a_truncated_array_is_named_with_the_mend(store: Store, name: str) -> None:
    path = store.path / "test" / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=rf"test/{name} cannot be read.* Delete the directory"):
        store.test()


def test_an_array_of_another_size_is_refused(store: Store) -> None:
    np.save(store.path / "validation" / "labels.npy", np.zeros(3, np.int64))
    with pytest.raises(DataError, match=r"labels\.npy holds int64 of shape \(3,\)"):
        store.validation()


def test_an_array_of_objects_is_never_unpickled(store: Store) -> None:
    np.save(store.path / "test" / "labels.npy", np.array([{}] * 6), allow_pickle=True)
    with pytest.raises(DataError, match=r"labels\.npy cannot be read"):
        store.test()
