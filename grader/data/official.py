"""Read the official CIFAR-10 archive, packed (cifar-10-python.tar.gz) or unpacked.

Its batches are pickles. Each is read once into memory, checked against its published md5 and then
given to an unpickler that knows the three names those files need and no other: md5 alone is no
proof, and a pickle that may name any function may run any code.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data.build import Content
from grader.data.folder import CIFAR10_CLASSES, MAX_HELD_OUT
from grader.data.store import Split
from grader.errors import DataError
from grader.language import N_, _

ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"
TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
MAX_BATCH_BYTES = 64 * 2**20
"""Twice a real batch (31 MB): a bound on what is read into memory before the md5 is known."""

# Published with the archive; also listed by torchvision.datasets.CIFAR10.
OFFICIAL_MD5: Mapping[str, str] = MappingProxyType(
    {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    }
)


@dataclass(frozen=True)
class _Batch:
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def find_official(directory: Path) -> Path | None:
    """The unpacked or packed archive in `directory`, or `directory` itself; None if there is none.

    Also takes the path of the packed archive.
    """
    if directory.is_file():
        return directory if directory.name.endswith((".tar.gz", ".tgz", ".tar")) else None
    if (directory / TRAIN_BATCHES[0]).is_file():
        return directory
    for name, is_there in ((FOLDER, Path.is_dir), (ARCHIVE, Path.is_file)):
        if is_there(directory / name):
            return directory / name
    return None


def read_official(
    source: Path,
    progress: Callable[[int, int], None] | None = None,
    md5: Mapping[str, str] = OFFICIAL_MD5,
) -> Content:
    """Read CIFAR-10 from `source`, a .tar.gz or the unpacked directory.

    The last 1,000 training images, in official order, become the validation split. `progress` is
    called with (batches done, batches in all). Raises DataError for a missing, damaged or foreign
    batch. `md5` names the batches and their sums.
    """
    names = (*TRAIN_BATCHES, TEST_BATCH)
    raw = _read_packed if source.is_file() else _read_unpacked
    batches: dict[str, _Batch] = {}
    for name, data in raw(source, names).items():
        found = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if found != md5[name]:
            raise DataError(
                _(
                    "{file} in {archive} is damaged or not the official one: its md5 is {found}, "
                    "not {asked}. Delete it and fetch CIFAR-10 again.",
                    file=name,
                    archive=source,
                    found=found,
                    asked=md5[name],
                )
            )
        batches[name] = _parse(data, _("{file} in {archive}", file=name, archive=source))
        if progress is not None:
            progress(len(batches), len(names))
    images = np.concatenate([batches[name].images for name in TRAIN_BATCHES])
    labels = np.concatenate([batches[name].labels for name in TRAIN_BATCHES])
    kept = len(labels) - MAX_HELD_OUT
    if kept < 1:
        raise DataError(
            _(
                "{archive} holds only {number} training images; CIFAR-10 has 50,000.",
                archive=source,
                number=len(labels),
            )
        )
    return Content(
        name="cifar10",
        classes=CIFAR10_CLASSES,
        title=N_("CIFAR-10 (official archive)"),
        recipe="official archive 1",
        train=Split(images[:kept], labels[:kept]),
        validation=Split(images[kept:], labels[kept:]),
        test=Split(batches[TEST_BATCH].images, batches[TEST_BATCH].labels),
    )


def _read_unpacked(source: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    found = {}
    for name in names:
        try:
            with (source / name).open("rb") as file:
                found[name] = file.read(MAX_BATCH_BYTES)
        except OSError as error:
            raise DataError(
                _(
                    "{file} cannot be read ({reason}). Unpack {archive} again, or fetch CIFAR-10 "
                    "anew.",
                    file=source / name,
                    reason=error,
                    archive=ARCHIVE,
                )
            ) from error
    return found


def _read_packed(source: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """The members `names` of the archive, read in one pass; nothing is written to disk."""
    found = {}
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                name = Path(member.name).name
                file = archive.extractfile(member) if name in names else None
                if file is not None:
                    found[name] = file.read(MAX_BATCH_BYTES)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(
            _(
                "{archive} cannot be read as the CIFAR-10 archive ({reason}). Delete it and fetch "
                "CIFAR-10 again.",
                archive=source,
                reason=error,
            )
        ) from error
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(
            _(
                "{archive} holds no {missing}: it is not the CIFAR-10 archive for Python "
                "({asked}). Fetch that one.",
                archive=source,
                missing=missing[0],
                asked=ARCHIVE,
            )
        )
    return {name: found[name] for name in names}


def _parse(data: bytes, place: str) -> _Batch:
    try:
        entry = _ArrayUnpickler(io.BytesIO(data), encoding="latin1").load()
        pixels = np.asarray(entry["data"])
        labels = np.asarray(entry["labels"], np.int64)
    except Exception as error:  # an unpickler may raise anything on a damaged file
        raise DataError(
            _(
                "{file} is no batch of CIFAR-10 ({reason}). Fetch it again.",
                file=place,
                reason=error,
            )
        ) from error
    if pixels.dtype != np.uint8 or pixels.shape != (len(labels), 3072) or labels.ndim != 1:
        raise DataError(
            _(
                "{file} is no batch of CIFAR-10: its data are {dtype} of shape {shape}, not uint8 "
                "of shape ({number}, 3072). Fetch it again.",
                file=place,
                dtype=pixels.dtype,
                shape=pixels.shape,
                number=len(labels),
            )
        )
    if labels.min(initial=0) < 0 or labels.max(initial=0) >= len(CIFAR10_CLASSES):
        raise DataError(_("{file} has labels outside 0..9. Fetch it again.", file=place))
    planes = pixels.reshape(-1, 3, 32, 32)
    return _Batch(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels)


class _ArrayUnpickler(pickle.Unpickler):
    """Builds numpy arrays, and containers of numbers and strings; refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return _dtype
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return _empty_array
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _dtype(code: str, align: int, copy: int) -> np.dtype[Any]:
    # The files say align=0, copy=1; numpy 2.4 warns unless they are booleans. Without a copy, the
    # state that follows would be set on numpy's one shared instance.
    return np.dtype(code, align=bool(align), copy=bool(copy))


def _empty_array(*_description: object) -> NDArray[Any]:
    """What numpy's ``_reconstruct`` returns for a plain array; form and content follow as state."""
    return np.ndarray((0,), np.int8)
