"""Zip archives -> entries."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Sequence
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
        names = _names(infos)
        if writer.limits.share is not None:
            writer.share(names)
        for name in names:
            writer.count(name)
        _refuse_overlaps(infos, archive.stat().st_size, writer.name)
        entries = sorted(
            zip(infos, names, strict=True), key=lambda entry: writer.is_later(entry[1])
        )
        for number, (info, name) in enumerate(entries, start=1):
            _unpack_entry(opened, info, name, writer)
            on_progress(number, len(entries))


def _names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """What entries are called, with `/` between folders, and behind what is one.

    Packers of Windows may write their own mark instead. Elsewhere it is a character like any other,
    in a name that somebody chose: it counts only where no name has a `/` within it. Behind a
    folder's name .NET writes one all the same; some only note that it is a folder.
    """
    names = [zip_name(info.orig_filename, info.flag_bits) for info in infos]
    if not any("/" in name.rstrip("/") for name in names):
        names = [name.replace("\\", "/") for name in names]
    return [
        f"{name}/" if info.external_attr & _FOLDER and not info.file_size else name
        for name, info in zip(names, infos, strict=True)
    ]


def _unpack_entry(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, writer: Writer
) -> None:
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
