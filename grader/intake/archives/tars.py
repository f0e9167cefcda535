"""Tar archives, compressed or not -> entries."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from grader.files import open_regular
from grader.intake.archives.unpacking import LINK, NO_FILE, Writer, too_many_bytes
from grader.intake.entry_names import tar_name
from grader.intake.limits import MAX_TAR_HEADER_BYTES, MAX_XZ_MEMORY
from grader.language import _

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 16


def unpack_tar(archive: Path, writer: Writer, on_progress: Callable[[int, int], None]) -> None:
    """Hand every entry of a tar to the writer, in one pass; for a download, after one for names.

    Raises:
        IntakeError: it is damaged, or a limit is passed.
        tarfile.TarError, zlib.error, EOFError, OSError, ...: it is damaged.
    """
    if writer.limits.share is not None:
        with open_regular(archive) as packed, _decompressed(packed) as plain:
            stream = _Forward(plain, writer)
            writer.share(_name(member) for _opened, member in _members(stream))
    size = archive.stat().st_size
    with open_regular(archive) as packed, _decompressed(packed) as plain:
        stream = _Forward(plain, writer)
        for opened, member in _members(stream):
            writer.count(_name(member))
            _unpack_member(opened, member, writer)
            on_progress(min(packed.tell(), size), size)
        if not stream.ended_at_mark():
            writer.note(
                _(
                    "{archive} has no end mark; perhaps a part of it is missing.",
                    archive=writer.name,
                )
            )
        while stream.read(_CHUNK):
            pass  # the checksum of what was compressed stands at its end


def _members(stream: _Forward) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    with tarfile.open(
        fileobj=cast(IO[bytes], stream), mode="r:", encoding="utf-8", errors="surrogateescape"
    ) as opened:
        while (member := opened.next()) is not None:
            yield opened, member
            opened.members.clear()  # type: ignore[attr-defined]  # it would keep them all


def _name(member: tarfile.TarInfo) -> str:
    """What it is called, with a `/` behind it where it is a folder, as in a zip."""
    return tar_name(member.name) + ("/" if member.isdir() else "")


def _unpack_member(opened: tarfile.TarFile, member: tarfile.TarInfo, writer: Writer) -> None:
    name = tar_name(member.name)
    if member.isdir():
        writer.make_folder(name)
        return
    path = writer.place(name)
    if path is None:
        return
    if member.issym() or member.islnk():
        writer.refuse(path, LINK)
        return
    if not member.isreg() or member.issparse():
        writer.refuse(path, NO_FILE)
        return
    source = opened.extractfile(member)
    if source is None:
        raise tarfile.ReadError(f"{name} has no content")
    with source:
        writer.write(path, source, packed=None)


def _decompressed(packed: IO[bytes]) -> IO[bytes]:
    """The tar itself; how it is compressed is seen from its first bytes."""
    start = packed.read(6)
    packed.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=packed))
    if start.startswith(b"BZh"):
        return cast(IO[bytes], bz2.BZ2File(packed))
    if start.startswith(b"\xfd7zXZ"):
        return cast(IO[bytes], io.BufferedReader(_Xz(packed)))
    return packed


class _Xz(io.RawIOBase):
    """An xz stream in bounded memory.

    Its header says how much the decompressor is to remember, up to 4 GB, and `lzma.open` obeys.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while not self._decompressor.eof:
            packed = self._packed.read(_CHUNK) if self._decompressor.needs_input else b""
            if self._decompressor.needs_input and not packed:
                raise EOFError
            if plain := self._decompressor.decompress(packed, len(view)):
                view[: len(plain)] = plain
                return len(plain)
        if self._decompressor.unused_data.strip(b"\0"):
            raise lzma.LZMAError("something follows the end")
        return 0


class _Forward:
    """A stream as `tarfile` wants it, which only goes forward and counts what it reads.

    A header can claim that gigabytes are to be read at once or skipped; here the one is refused
    and the other counts like any reading.
    """

    def __init__(self, plain: IO[bytes], writer: Writer) -> None:
        self._plain = plain
        self._writer = writer
        self._position = 0
        self._last = b""

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_TAR_HEADER_BYTES:
            raise tarfile.ReadError("an entry's name claims to be longer than any")
        self._last = self._plain.read(size)
        self._position += len(self._last)
        limits = self._writer.limits
        # Headers and padding take at most three blocks of 512 bytes an entry.
        if self._position > limits.total_bytes + 2048 * limits.entries:
            raise too_many_bytes(self._writer.name, limits)
        self._writer.ask_ratio(self._position)
        return self._last

    def seek(self, position: int) -> int:
        if position < self._position:
            raise tarfile.ReadError("an entry reaches back into another")
        while self._position < position:
            if not self.read(min(_CHUNK, position - self._position)):
                break  # tarfile finds out
        return self._position

    def ended_at_mark(self) -> bool:
        """Whether reading ended at the block of zeros that ends an archive, not at the end of file.

        Raises:
            tarfile.ReadError: at neither: `tarfile` takes a header it cannot read for the end, and
                so would lose what follows.
        """
        if self._last.strip(b"\0"):
            raise tarfile.ReadError("what follows is no header")
        return bool(self._last)
