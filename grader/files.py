"""Files that student code may have made as awkward as it could."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

MIN_FREE_BYTES = 100 << 20
"""With less than this left, a disk is called full."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_ROOM_SECONDS = 10.0
"""Much longer than a keeper takes to see that its worker fills the disk, and to end it."""

T = TypeVar("T")


def is_full(folder: Path) -> bool:
    """Whether the disk of a folder, which may not be there yet, has no room for a grading."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free < MIN_FREE_BYTES


def has_room_soon(folder: Path) -> bool:
    """Whether there is room, or within seconds: whoever takes more than their share is stopped."""
    ends = time.monotonic() + _ROOM_SECONDS
    while is_full(folder):
        if time.monotonic() >= ends:
            return False
        time.sleep(_ROOM_SECONDS / 100)  # nothing tells when somebody else's files go
    return True


def written(write: Callable[[], T], folder: Path) -> T:
    """What `write` returns, called once more where the disk of a folder was full for a moment.

    Raises:
        OSError: as `write` does.
    """
    try:
        return write()
    except OSError as error:
        if error.errno not in NO_ROOM or not has_room_soon(folder):
            raise
        return write()


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading that its author may exchange at this moment.

    Links of one's own are followed, as are those that one has named; somebody else's are not.

    Raises:
        OSError: it cannot be opened, is somebody else's link, or none that ends: a pipe, a device.
    """
    return open(path, "rb", opener=open_descriptor)


def read_regular(path: Path, most: int) -> tuple[bytes, int]:
    """What is in a file, up to `most` bytes, and how many bytes it has; see :func:`open_regular`.

    Raises:
        OSError: as there.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(min(size, most) or most)  # some file systems do not tell the size
        return content, max(size, len(content))


def open_descriptor(path: str | Path, flags: int) -> int:
    """Open a file as :func:`open_regular` does; an opener for Python's `open`."""
    flags |= os.O_NONBLOCK  # a pipe would be waited for
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        if os.lstat(path).st_uid != os.geteuid():
            raise OSError(errno.ELOOP, "it is somebody else's link", str(path)) from None
        descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, however deep and closed; what cannot be removed is left."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        try:
            _take_apart(folder)
        except OSError:
            pass


def _take_apart(folder: Path) -> None:
    """Remove folders from the outside in: what is in one is moved up before it goes.

    Neither recursion nor descriptors run out, as they do in `shutil.rmtree` and, where folders do
    not let their owner read them, in all that must look into one before the next.
    """
    folder.chmod(stat.S_IRWXU)
    place = os.open(folder, _OPEN_FOLDER)
    try:
        stuck: set[str] = set()
        while names := set(_names(place)) - stuck:
            for name in names:
                try:
                    _lift_out(place, name)
                except OSError:
                    stuck.add(name)
    finally:
        os.close(place)
    folder.rmdir()


def _lift_out(place: int, name: str) -> None:
    """Remove an entry of a folder; what it holds becomes the folder's, under other names."""
    if not _is_opened(place, name):
        os.unlink(name, dir_fd=place)
        return
    inner = os.open(name, _OPEN_FOLDER, dir_fd=place)
    try:
        for child in _names(inner):
            _is_opened(inner, child)  # a folder that may not be written may not be moved
            os.rename(child, uuid.uuid4().hex, src_dir_fd=inner, dst_dir_fd=place)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=place)


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _is_opened(place: int, name: str) -> bool:
    """Whether it is a folder, which is open to its owner now."""
    if not stat.S_ISDIR(os.lstat(name, dir_fd=place).st_mode):
        return False
    os.chmod(name, stat.S_IRWXU, dir_fd=place)
    return True


@dataclass(frozen=True)
class Entry:
    """Something in a folder.

    Attributes:
        folder: a descriptor of the folder, open until the next entry is asked for.
        name: in it.
        status: of the entry itself, where it is a link; None where it is gone already.
    """

    folder: int
    name: str
    status: os.stat_result | None


_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def entries_below(folder: Path) -> Iterator[Entry]:
    """Everything in a folder, while somebody may be changing it; outer things come first.

    Nothing but folders is opened, and no link is followed. `os.fwalk` does both: it waits for a
    writer where a folder becomes a pipe between two of its calls, and a chain of links takes long.

    Raises:
        OSError: a folder cannot be opened, or they are nested deeper than descriptors reach.
    """
    with ExitStack() as outermost:
        stack = [_listed(os.open(folder, _OPEN_FOLDER))]

        def close() -> None:
            for each in stack:
                each.close()

        outermost.callback(close)
        while stack:
            name = next(stack[-1].names, None)
            if name is None:
                stack.pop().close()
                continue
            place = stack[-1].descriptor
            try:
                status = os.lstat(name, dir_fd=place)
            except FileNotFoundError:
                status = None
            yield Entry(place, name, status)
            if status is not None and stat.S_ISDIR(status.st_mode):
                try:
                    stack.append(_listed(os.open(name, _OPEN_FOLDER, dir_fd=place)))
                except (FileNotFoundError, NotADirectoryError):
                    pass  # it is gone, or another thing by now
                except OSError as error:
                    if error.errno != errno.ELOOP:  # a link by now
                        raise


@dataclass(frozen=True)
class _Listed:
    """A folder that is open, and the names in it that were not told yet."""

    descriptor: int
    names: Iterator[str]

    def close(self) -> None:
        os.close(self.descriptor)


def _listed(descriptor: int) -> _Listed:
    def names() -> Iterator[str]:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                yield entry.name

    return _Listed(descriptor, names())
