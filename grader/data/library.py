"""Which data set: open, import, fetch, list, synthesize.

Opening never reads an image: a store that was built is known by its meta.json. What has to be built
is built once, under a lock, and looked for again once the lock is held.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.choices import DataChoice
from grader.data import synthetic
from grader.data.build import Content, building, scratch_directory, write_store
from grader.data.folder import Progress, is_image_folder, read_image_folder
from grader.data.official import find_official, read_official
from grader.data.roots import default_data_root, store_homes, writable_home
from grader.data.store import DataName, Store, read_meta, read_store
from grader.errors import DataError
from grader.language import _

NAMES: tuple[DataName, ...] = ("cifar10", "imagefolder", "synthetic")


def open_store(choice: DataChoice, data_root: Path | None = None) -> Store:
    """The data set `choice` below `data_root` (None: :func:`default_data_root`), built if need be.

    ``auto`` takes the first of: a cifar10 store, an imagefolder store, the official archive in
    `data_root`, an image folder that is `data_root` itself, synthetic. Raises DataError when the
    data set is neither there nor buildable; a damaged archive is an error, never a reason to take
    synthetic data in its place.
    """
    root = _root(data_root)
    if choice == "auto":
        return _open_auto(root)
    if choice == "synthetic":
        return synthesize(root)
    store = _built(root, choice)
    if store is not None:
        return store
    if choice == "cifar10":
        archive = find_official(root)
        if archive is not None:
            return _import_once(root, "cifar10", lambda: read_official(archive))
        raise DataError(
            _(
                "there is no CIFAR-10 in {folder}. Fetch it with `torchgrade data fetch`, import a "
                "copy with `torchgrade data import PATH`, or grade on built-in images with "
                "`--data synthetic`.",
                folder=root,
            )
        )
    if is_image_folder(root):
        return _import_once(root, "imagefolder", lambda: read_image_folder(root))
    raise DataError(
        _(
            "there is no image folder in {folder}: it has no train/ and test/, and none was "
            "imported. Import one with `torchgrade data import PATH`.",
            folder=root,
        )
    )


def import_directory(
    source: Path, data_root: Path | None = None, progress: Progress | None = None
) -> Store:
    """Import `source` into the stores of `data_root`, in the place of an older import.

    `source` is the official archive (the .tar.gz, the unpacked cifar-10-batches-py, or a directory
    that holds either) or an image folder (train/CLASS/*.jpg, test/CLASS/*.jpg). `progress` is
    called with (done, total). Raises DataError naming the place when it is neither, or damaged.
    """
    root = _root(data_root)
    if not source.exists():
        raise DataError(
            _("{path} does not exist. Give the path of CIFAR-10 or an image folder.", path=source)
        )
    archive = find_official(source)
    if archive is not None:
        content = read_official(archive, progress)
    elif (source / "train").is_dir() or (source / "test").is_dir():
        content = read_image_folder(source, progress)
    else:
        raise DataError(
            _(
                "{path} is neither the CIFAR-10 archive (cifar-10-python.tar.gz or "
                "cifar-10-batches-py) nor an image folder (train/CLASS/*.jpg and "
                "test/CLASS/*.jpg).",
                path=source,
            )
        )
    home = writable_home(root)
    with building(home, content.name):
        return write_store(home, content)


def fetch_cifar10(data_root: Path | None = None) -> Store:
    """Download the official archive, check it and import it; the archive is not kept.

    Does nothing when the store is there. Raises DataError when the download fails.
    """
    root = _root(data_root)
    store = _built(root, "cifar10")
    if store is not None:
        return store
    home = writable_home(root)
    with building(home, "cifar10"), scratch_directory(home, "cifar10") as scratch:
        return _built(root, "cifar10") or write_store(home, _download(scratch))


def list_stores(data_root: Path | None = None) -> list[Store]:
    """The stores of `data_root` that are built; builds none. Raises DataError for a damaged one."""
    root = _root(data_root)
    return [store for name in NAMES if (store := _built(root, name)) is not None]


def synthesize(data_root: Path | None = None) -> Store:
    """The synthetic store, generated if it is missing or was made by another recipe."""
    root = _root(data_root)
    return _built(root, "synthetic") or _import_once(root, "synthetic", synthetic.content)


def _open_auto(root: Path) -> Store:
    store = _built(root, "cifar10") or _built(root, "imagefolder")
    if store is not None:
        return store
    if find_official(root) is not None:
        return open_store("cifar10", root)
    if is_image_folder(root):
        return open_store("imagefolder", root)
    return synthesize(root)


def _root(data_root: Path | None) -> Path:
    root = (default_data_root() if data_root is None else data_root).absolute()
    if root.is_file():
        raise DataError(
            _(
                "the data root {path} is a file. Name a directory; an archive is imported into one "
                "with `torchgrade data import {path}`.",
                path=root,
            )
        )
    return root


def _built(root: Path, name: DataName) -> Store | None:
    for home in store_homes(root):
        meta = read_meta(home / name)
        if meta is None or (name == "synthetic" and meta.recipe != synthetic.RECIPE):
            continue
        return read_store(home / name)
    return None


def _import_once(root: Path, name: DataName, read: Callable[[], Content]) -> Store:
    home = writable_home(root)
    with building(home, name):
        return _built(root, name) or write_store(home, read())


def _download(scratch: Path) -> Content:
    # Here, because they import torch.
    from torchvision.datasets import CIFAR10
    from torchvision.datasets.utils import download_url

    try:
        download_url(CIFAR10.url, str(scratch), CIFAR10.filename, CIFAR10.tgz_md5)
    except (OSError, RuntimeError) as error:
        raise DataError(
            _(
                "CIFAR-10 could not be downloaded from {url} ({reason}). Check the network, or "
                "download it elsewhere and run `torchgrade data import PATH`, or grade on built-in "
                "images with `--data synthetic`.",
                url=CIFAR10.url,
                reason=error,
            )
        ) from error
    return read_official(scratch / CIFAR10.filename)
