"""Names within archives: read in the encoding they were written in, refused where they lead out."""

from __future__ import annotations

import errno
import re
import unicodedata

from grader.intake.limits import MAX_FOLDER_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES

_DRIVE = re.compile(r"^[A-Za-z]:")
_UTF8_FLAG = 0x800
_OF_NAMES = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.EISDIR}
"""What a file system answers to a name that it does not take; case may not count there."""


class EntryRefused(Exception):
    """An entry is left out; the message says why, as the end of a sentence that begins with it."""


def zip_name(stored: str, flags: int) -> str:
    """The name of a zip's entry.

    A zip made before UTF-8, or by Windows today, holds bytes of an encoding it does not name:
    Korean Windows writes cp949, macOS UTF-8 without saying so.

    Args:
        stored: the name as `zipfile` has it: read as cp437 where the flag for UTF-8 is not set.
        flags: the entry's flag bits.
    """
    if flags & _UTF8_FLAG:
        return stored
    try:
        raw = stored.encode("cp437")
    except UnicodeEncodeError:
        return stored
    return decode_name(raw) or stored


def decode_name(raw: bytes) -> str | None:
    """Bytes as UTF-8, else as Korean Windows writes them; None when they are neither."""
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def tar_name(stored: str) -> str:
    """The name of a tar's entry, which holds surrogates where its bytes are no UTF-8."""
    raw = stored.encode("utf-8", "surrogateescape")
    return decode_name(raw) or raw.decode("utf-8", "backslashreplace")


def composed(name: str) -> str:
    """A name with Hangul and accents in one piece each; macOS takes them apart."""
    return unicodedata.normalize("NFC", name)


def safe_path(name: str) -> str:
    """A relative path with `/`, without `.` and empty parts; "" for the archive's own root.

    Raises:
        EntryRefused: it leads elsewhere, or no file can be called so.
    """
    path = composed(name).replace("\\", "/")
    if "\0" in path:
        raise EntryRefused("has a NUL character in its name")
    if path.startswith("/") or _DRIVE.match(path):
        raise EntryRefused("names a place outside of the archive")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise EntryRefused("leads out of the archive")
    if len(parts) > MAX_FOLDER_DEPTH:
        raise EntryRefused(f"lies more than {MAX_FOLDER_DEPTH} folders deep")
    try:
        lengths = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        raise EntryRefused("has a name that is no text") from None
    if max(lengths, default=0) > MAX_NAME_BYTES:
        raise EntryRefused("has a longer name than a file can have")
    if sum(lengths) + len(lengths) > MAX_PATH_BYTES:
        raise EntryRefused(f"has a path of more than {MAX_PATH_BYTES:,} bytes")
    return "/".join(parts)


def refused_by_system(error: OSError) -> str:
    """Why a name is left out that this machine's file system does not take.

    Raises:
        OSError: what is wrong lies not with the name.
    """
    if error.errno not in _OF_NAMES:
        raise error
    return f"cannot be written under its name ({error.strerror})"


def shortened(path: str) -> str:
    """A path that is no longer than any; its beginning says whose it is."""
    if len(path.encode()) <= MAX_PATH_BYTES:
        return path
    begin = path.encode()[: MAX_PATH_BYTES - len("/\u2026".encode())].decode("utf-8", "ignore")
    return f"{begin.rpartition('/')[0] or begin}/\u2026"
