"""The official archive, packed and unpacked, whole and damaged."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from grader.data import import_directory
from grader.data.official import read_official
from grader.errors import DataError


def test_official_order_is_kept_and_the_last_thousand_are_held_out(
    official: Path, sums: dict[str, str]
) -> None:
    content = read_official(official, md5=sums)
    assert (len(content.train), len(content.validation), len(content.test)) == (50, 1000, 210)
    reds = np.concatenate([content.train.images[:, 5, 7, 0], content.validation.images[:, 5, 7, 0]])
    assert reds.tolist() == [number % 256 for number in range(1050)]
    assert content.train.labels.tolist() == [number % 10 for number in range(50)]


def test_channels_come_last(official: Path, sums: dict[str, str]) -> None:
    image = read_official(official, md5=sums).test.images[0]
    assert image[0, 0].tolist() == [1050 % 256, 1050 // 256, 0]
    assert image.min(axis=(0, 1)).tolist() == image.max(axis=(0, 1)).tolist()


def test_packed_and_unpacked_archives_give_the_same(
    official: Path, packed: Path, sums: dict[str, str]
) -> None:
    first, second = read_official(official, md5=sums), read_official(packed, md5=sums)
    assert np.array_equal(first.train.images, second.train.images)
    assert np.array_equal(first.test.labels, second.test.labels)


def test_a_batch_with_another_md5_is_named(packed: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data_batch_1 in .*tar\.gz is damaged.*fetch"):
        import_directory(packed, tmp_path / "root")


def test_a_truncated_archive_is_named(packed: Path, tmp_path: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz cannot be read"):
        import_directory(packed, tmp_path / "root")


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_text("<html>404</html>")
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz cannot be read"):
        import_directory(path, tmp_path / "root")


def test_a_missing_batch_is_named(official: Path, sums: dict[str, str]) -> None:
    (official / "data_batch_3").unlink()
    with pytest.raises(DataError, match=r"data_batch_3 cannot be read"):
        read_official(official, md5=sums)


class _Calls:
    """Pickles as a call of a function."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return Path.mkdir, (str(self.path), 0o755)


def test_a_batch_that_names_a_function_is_refused_even_with_the_right_md5(
    official: Path, sums: dict[str, str], tmp_path: Path
) -> None:
    data = pickle.dumps({"data": _Calls(tmp_path / "made"), "labels": [0]})
    (official / "data_batch_1").write_bytes(data)
    foreign = {**sums, "data_batch_1": hashlib.md5(data).hexdigest()}
    with pytest.raises(DataError, match=r"data_batch_1 .* is no batch of CIFAR-10 \(it asks for"):
        read_official(official, md5=foreign)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "entry",
    [
        {"data": np.zeros((2, 3071), np.uint8), "labels": [0, 1]},
        {"data": np.zeros((2, 3072), np.float32), "labels": [0, 1]},
        {"data": np.zeros((2, 3072), np.uint8), "labels": [0]},
        {"data": np.zeros((2, 3072), np.uint8), "labels": [0, 10]},
        {"labels": [0]},
    ],
    ids=["width", "dtype", "count", "label", "no data"],
)
def test_a_batch_of_another_form_is_named(
    official: Path, sums: dict[str, str], entry: dict[str, object]
) -> None:
    data = pickle.dumps(entry, protocol=4)
    (official / "data_batch_2").write_bytes(data)
    foreign = {**sums, "data_batch_2": hashlib.md5(data).hexdigest()}
    with pytest.raises(DataError, match=r"data_batch_2 in "):
        read_official(official, md5=foreign)
