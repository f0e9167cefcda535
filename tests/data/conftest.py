"""Small real data sets, and a cache directory that is not the user's."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.data import Store, synthesize
from grader.data.official import FOLDER, TEST_BATCH, TRAIN_BATCHES

MakeFolder = Callable[..., Path]


@pytest.fixture(autouse=True)
def user_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A per-user cache of this test's own; no data root is named."""
    cache = tmp_path / "user-cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TORCHGRADE_DATA", raising=False)
    return cache


def write_folder(
    root: Path, train: int = 5, test: int = 2, classes: tuple[str, ...] = ("cat", "dog", "ant")
) -> Path:
    """An image folder of `train` and `test` PNG images a class, each of one colour of its own."""
    for split, count in (("train", train), ("test", test)):
        for label, name in enumerate(classes):
            directory = root / split / name
            directory.mkdir(parents=True)
            for number in range(count):
                colour = (label * 20, number, 0 if split == "train" else 255)
                Image.new("RGB", (32, 32), colour).save(directory / f"{number:04}.png")
    return root


@pytest.fixture
def make_folder() -> MakeFolder:
    return write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "pictures")


@pytest.fixture(scope="session")
def official_batches() -> dict[str, bytes]:
    """Batches in the form of the official ones, of 210 images each; image k is of colour k."""
    batches = {}
    for number, name in enumerate((*TRAIN_BATCHES, TEST_BATCH)):
        index = np.arange(210) + 210 * number
        planes = np.zeros((210, 3, 1024), np.uint8)
        planes[:, 0] = (index % 256)[:, None]
        planes[:, 1] = (index // 256)[:, None]
        entry = {"data": planes.reshape(210, 3072), "labels": (index % 10).tolist()}
        batches[name] = _python2_pickle(entry)
    return batches


def _python2_pickle(entry: dict[str, object]) -> bytes:
    # Python 2 wrote text where Python 3 names a codec; a protocol-4 pickle holds bytes directly.
    return pickle.dumps(entry, protocol=4)


@pytest.fixture
def official(tmp_path: Path, official_batches: dict[str, bytes]) -> Path:
    """A directory laid out as the unpacked archive."""
    directory = tmp_path / "official" / FOLDER
    directory.mkdir(parents=True)
    for name, data in official_batches.items():
        (directory / name).write_bytes(data)
    return directory


@pytest.fixture
def packed(tmp_path: Path, official_batches: dict[str, bytes]) -> Path:
    """The same, packed."""
    path = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in official_batches.items():
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture(scope="session")
def sums(official_batches: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.md5(data).hexdigest() for name, data in official_batches.items()}


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The synthetic store, generated once for all tests."""
    return synthesize(tmp_path_factory.mktemp("synthetic"))
