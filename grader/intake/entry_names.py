"""Names within archives: read in the encoding they were written in, refused where they lead out."""

from __future__ import annotations

import errno
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.intake.limits import MAX_FOLDER_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES
from grader.language import N_, _

_OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:")
_UTF8_FLAG = 0x800
_OF_NAMES = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST, errno.EISDIR}
"""What a file system answers to a name that it does not take; case may not count there."""


@dataclass(frozen=True)
class Refusal:
    """Why an entry is left out.

    Attributes:
        sentence: marked for translation, without its full stop; `{what}` is the entry.
        values: of its other places.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def of(self, what: str) -> str:
        """The sentence about an entry, in the language that is spoken."""
        return _(self.sentence, what=what, **self.values)

    def in_english(self, what: str) -> str:
        """The same for those who look through a whole download."""
        return self.sentence.format(what=what, **self.values)


class EntryRefused(Exception):
    """An entry is left out, for this reason."""

    def __init__(self, sentence: str, **values: object) -> None:
        self.reason = Refusal(sentence, values)
        super().__init__(self.reason.in_english("an entry"))


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


def told_apart(names: Iterable[str]) -> dict[str, str]:
    """What each of the names in one folder is called here.

    It is composed, but where others would then be called so as well, as two people's files may be:
    these keep their own.
    """
    known = set(names)
    counts = Counter(map(composed, known))
    return {name: whole if counts[whole := composed(name)] == 1 else name for name in known}


def safe_path(name: str) -> str:
    """A relative path without `.` and empty parts; "" for the archive's own root.

    Raises:
        EntryRefused: it leads elsewhere, on Windows too, or no file can be called so.
    """
    if "\0" in name:
        raise EntryRefused(N_("{what} has a NUL character in its name"))
    if _OUTSIDE.match(name):
        raise EntryRefused(N_("{what} names a place outside of the archive"))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in name.replace("\\", "/").split("/"):
        raise EntryRefused(N_("{what} leads out of the archive"))
    if len(parts) > MAX_FOLDER_DEPTH:
        raise EntryRefused(N_("{what} lies more than {most} folders deep"), most=MAX_FOLDER_DEPTH)
    try:
        lengths = [len(composed(part).encode()) for part in parts]
    except UnicodeEncodeError:
        raise EntryRefused(N_("{what} has a name that is no text")) from None
    if max(lengths, default=0) > MAX_NAME_BYTES:
        raise EntryRefused(N_("{what} has a longer name than a file can have"))
    if sum(lengths) + len(lengths) > MAX_PATH_BYTES:
        raise EntryRefused(N_("{what} has a path of more than {most:,} bytes"), most=MAX_PATH_BYTES)
    return "/".join(parts)


def refused_by_system(error: OSError) -> Refusal:
    """Why a name is left out that this machine's file system does not take.

    Raises:
        OSError: what is wrong lies not with the name.
    """
    if error.errno not in _OF_NAMES:
        raise error
    sentence = N_("{what} cannot be written under its name ({reason})")
    return Refusal(sentence, {"reason": error.strerror})


def shortened(path: str) -> str:
    """A path that is no longer than any; its beginning says whose it is."""
    if len(path.encode()) <= MAX_PATH_BYTES:
        return path
    begin = path.encode()[: MAX_PATH_BYTES - len("/\u2026".encode())].decode("utf-8", "ignore")
    return f"{begin.rpartition('/')[0] or begin}/\u2026"
