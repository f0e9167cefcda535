"""Zip archives -> entries."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from grader.errors import IntakeError
from grader.files import open_descriptor
from grader.intake.archives.unpacking import LINK, NO_FILE, Writer, readable
from grader.intake.entry_names import zip_name
from grader.intake.limits import CENTRAL_RECORD_BYTES
from grader.language import _

_ENCRYPTED = 0x1 | 0x40
_LOCAL_HEADER_BYTES = 30
_FOLDER = 0x10
"""The attribute that DOS gives a folder."""
# bzip2 and LZMA are left out: `zipfile` unpacks 4 KB of them at once, which may be gigabytes.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpack_zip(archive: Path, writer: Writer, on_progress: Callable[[int, int], None]) -> None:
    """Hand every entry of a zip to the writer.

    Raises:
        IntakeError: it is encrypted, its entries overlap, or a limit is passed.
        zipfile.BadZipFile, zlib.error, OSError, ...: it is damaged.
    """
    largest_read = max(1 << 16, writer.limits.entries * CENTRAL_RECORD_BYTES)
    with (
        _Bounded(archive, writer, largest_read) as file,
        zipfile.ZipFile(file) as opened,
    ):
        infos = opened.infolist()
        if writer.limits.share is not None:
            writer.share(_name(info) for info in infos)
        for info in infos:
            writer.count(_name(info))
        _refuse_overlaps(infos, archive.stat().st_size, writer.name)
        infos.sort(key=lambda info: writer.is_later(_name(info)))
        for number, info in enumerate(infos, start=1):
            _unpack_entry(opened, info, writer)
            on_progress(number, len(infos))


def _name(info: zipfile.ZipInfo) -> str:
    """What an entry is called, with a `/` behind it where it is a folder.

    Some packers of Windows end a folder's name in its own mark, or only note what it is.
    """
    name = zip_name(info.orig_filename, info.flag_bits)
    is_folder = name.endswith("\\") or info.external_attr & _FOLDER
    return f"{name}/" if is_folder and not info.file_size else name


def _unpack_entry(opened: zipfile.ZipFile, info: zipfile.ZipInfo, writer: Writer) -> None:
    name = _name(info)
    mode = info.external_attr >> 16
    if name.endswith("/"):
        writer.make_folder(name)
        return
    path = writer.place(name)
    if path is None:
        return
    if stat.S_ISLNK(mode):
        writer.refuse(path, LINK)
        return
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        writer.refuse(path, NO_FILE)
        return
    if info.flag_bits & _ENCRYPTED:
        raise IntakeError(
            _(
                "{archive} is protected by a password ({file} is encrypted). "
                "Pack it again without one.",
                archive=writer.name,
                file=readable(path),
            )
        )
    if info.compress_type not in _METHODS:
        raise NotImplementedError
    with opened.open(info) as source:
        writer.write(path, source, info.compress_size)


def _refuse_overlaps(infos: list[zipfile.ZipInfo], size: int, name: str) -> None:
    """Refuse entries that share their bytes: so does a bomb of 40 KB that holds 5 GB.

    Raises:
        IntakeError: two overlap, or one reaches beyond the end.
    """
    ordered = sorted(infos, key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in ordered[1:]), size]
    for info, end in zip(ordered, ends, strict=True):
        if info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size > end:
            raise IntakeError(
                _(
                    "{archive} is damaged, or made to do harm: {file} reaches into the next "
                    "entry. Pack it again.",
                    archive=name,
                    file=readable(info.filename),
                )
            )


class _Bounded(io.FileIO):
    """A file that is never read beyond a bound in one piece, whatever a header asks for."""

    def __init__(self, path: Path, writer: Writer, largest: int) -> None:
        super().__init__(path, opener=open_descriptor)
        self._writer = writer
        self._largest = largest

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > self._largest:
            raise IntakeError(
                _(
                    "{archive} has a table of contents of {size:,} MB, which no homework needs. "
                    "{advice}",
                    archive=self._writer.name,
                    size=size >> 20,
                    advice=_(self._writer.limits.advice),
                )
            )
        return super().read(size)
