"""What a store promises to those who open it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.data import (
    Store,
    exchange_classes,
    import_directory,
    open_store,
    serve_training_split,
)
from grader.errors import DataError
from grader.protocol.messages import PRACTICE_FOLDER


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Store:
    return import_directory(folder, tmp_path / "root")


def test_splits_have_the_promised_shapes_and_types(store: Store) -> None:
    for split in (store.train(), store.validation(), store.test(), store.practice()):
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
    assert store.sizes.test == len(store.test()) + len(store.practice()) == 6


def test_nobody_is_measured_on_what_is_for_practice(store: Store) -> None:
    parts = [store.test().images, store.practice().images]
    assert len(parts[1]) == 1
    whole = np.sort(np.load(store.path / "test" / "images.npy"), axis=0)
    assert np.array_equal(np.sort(np.concatenate(parts), axis=0), whole)


def test_every_part_of_the_test_images_is_of_all_classes(tmp_path: Path) -> None:
    """A folder's classes lie one after the other, and each run is shown a part of them."""
    for split, count in (("train", 20), ("test", 50)):
        for number, name in enumerate(("ant", "cat", "dog")):
            place = tmp_path / "images" / split / name
            place.mkdir(parents=True)
            for each in range(count):
                Image.new("RGB", (32, 32), (number, each, 0)).save(place / f"{each}.png")
    store = import_directory(tmp_path / "images", tmp_path / "root")
    labels = store.test().labels
    for start in range(0, len(labels) - 30, 30):
        assert set(labels[start : start + 30]) == {0, 1, 2}


def test_what_is_served_is_called_by_other_numbers_throughout(store: Store, tmp_path) -> None:
    called = exchange_classes(len(store.classes), 3)
    folder = serve_training_split(store, tmp_path / "served", called)
    inner = folder / PRACTICE_FOLDER
    assert np.array_equal(np.load(folder / "images.npy"), store.train().images)
    assert np.array_equal(np.load(folder / "labels.npy"), called[store.train().labels])
    assert np.array_equal(np.load(inner / "images.npy"), store.practice().images)
    assert np.array_equal(np.load(inner / "labels.npy"), called[store.practice().labels])


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
