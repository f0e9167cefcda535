"""Image folders: order, splits, and what is wrong with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.data import Split, Store, import_directory
from grader.data.folder import CIFAR10_CLASSES, held_out_count
from grader.errors import DataError

MakeFolder = Callable[..., Path]


def colours(split: Split) -> list[tuple[int, ...]]:
    """The colour of each image; the fixtures give every image one of its own."""
    return [tuple(image[0, 0].tolist()) for image in split.images]


def splits(store: Store) -> tuple[Split, ...]:
    return store.train(), store.validation(), store.test(), store.practice()


def test_images_keep_their_colours_and_labels(folder: Path, tmp_path: Path) -> None:
    store = import_directory(folder, tmp_path / "root")
    assert store.classes == ("ant", "cat", "dog")  # the fixture wrote cat, dog, ant
    label_of_red = {0: 1, 20: 2, 40: 0}
    for split in splits(store):
        expected = [label_of_red[colour[0]] for colour in colours(split)]
        assert split.labels.tolist() == expected


def test_every_image_is_in_exactly_one_split(folder: Path, tmp_path: Path) -> None:
    store = import_directory(folder, tmp_path / "root")
    every = [colour for split in splits(store) for colour in colours(split)]
    assert len(every) == len(set(every)) == 3 * 5 + 3 * 2


def test_training_images_are_shuffled_across_classes(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    make_folder(tmp_path / "pictures", train=40)
    labels = import_directory(tmp_path / "pictures", tmp_path / "root").train().labels
    assert np.count_nonzero(np.diff(labels)) > 40  # sorted by class it would be 2


def test_the_shuffle_is_the_same_wherever_the_folder_lies(folder: Path, tmp_path: Path) -> None:
    first = import_directory(folder, tmp_path / "first")
    shutil.copytree(folder, tmp_path / "elsewhere")
    second = import_directory(tmp_path / "elsewhere", tmp_path / "second")
    assert colours(first.train()) == colours(second.train())
    assert first.fingerprint == second.fingerprint


def test_the_ten_cifar_classes_keep_their_official_order(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    make_folder(tmp_path / "pictures", train=1, test=1, classes=tuple(reversed(CIFAR10_CLASSES)))
    store = import_directory(tmp_path / "pictures", tmp_path / "root")
    assert store.classes == CIFAR10_CLASSES


@pytest.mark.parametrize(
    ("images", "held_out"),
    [(2, 1), (51, 1), (100, 2), (5_000, 100), (50_000, 1000), (90_000, 1000)],
)
def test_two_percent_are_held_out_between_one_and_a_thousand(images: int, held_out: int) -> None:
    assert held_out_count(images) == held_out


def test_grey_and_jpeg_images_are_read_as_rgb(folder: Path, tmp_path: Path) -> None:
    Image.new("L", (32, 32), 200).save(folder / "test" / "ant" / "9999.jpg")
    store = import_directory(folder, tmp_path / "root")
    images = [image.tolist() for split in splits(store) for image in split.images]
    assert np.full((32, 32, 3), 200).tolist() in images


def test_hidden_files_and_other_files_are_passed_over(folder: Path, tmp_path: Path) -> None:
    (folder / "train" / ".DS_Store").write_text("x")
    (folder / "train" / "cat" / "._0001.png").write_text("x")
    (folder / "train" / "cat" / "notes.txt").write_text("x")
    assert import_directory(folder, tmp_path / "root").sizes.train == 14


def test_progress_ends_with_all_images(folder: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    import_directory(folder, tmp_path / "root", lambda done, total: calls.append((done, total)))
    assert calls[-1] == (21, 21)


def test_an_image_of_another_size_is_named(folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(folder / "train" / "dog" / "0002.png")
    with pytest.raises(DataError, match=r"train/dog/0002\.png is 64x48 pixels.*Resize"):
        import_directory(folder, tmp_path / "root")


@pytest.mark.parametrize("damage", ["truncate", "replace", "empty"])
def test_an_unreadable_image_is_named(folder: Path, tmp_path: Path, damage: str) -> None:
    path = folder / "test" / "cat" / "0001.png"
    content = path.read_bytes()
    path.write_bytes({"truncate": content[:60], "replace": b"hello", "empty": b""}[damage])
    with pytest.raises(DataError, match=r"test/cat/0001\.png cannot be read.*Replace or remove"):
        import_directory(folder, tmp_path / "root")


def test_a_missing_test_directory_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder / "test")
    with pytest.raises(DataError, match=r"pictures has no directory test/"):
        import_directory(folder, tmp_path / "root")


def test_an_empty_class_is_named(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "train" / "ant").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"train/ant holds no image"):
        import_directory(folder, tmp_path / "root")


def test_a_class_that_one_split_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder / "test" / "dog")
    with pytest.raises(DataError, match=r"test lacks the class 'dog'"):
        import_directory(folder, tmp_path / "root")


def test_images_without_class_directories_are_refused(folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder)
    for split in ("train", "test"):
        (folder / split).mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(folder / split / "0.png")
    with pytest.raises(DataError, match=r"train holds 0 class directories"):
        import_directory(folder, tmp_path / "root")
