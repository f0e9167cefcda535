"""Archives -> files below a folder, whatever is in them.

Nothing a header says is believed: what comes out is counted while it comes, no name leads out of
the folder, and only regular files and folders are made. `zipfile` and `tarfile` read; their own
`extract` is not used, for it follows what the archive says.
"""

from __future__ import annotations

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from grader.errors import IntakeError
from grader.files import open_regular
from grader.intake.archives.tars import unpack_tar
from grader.intake.archives.unpacking import Unpacked, Writer, readable
from grader.intake.archives.zips import unpack_zip
from grader.intake.limits import ArchiveLimits
from grader.language import N_, _

# What a file begins with tells more than its name: people rename archives.
_FOREIGN_STARTS: Final = {
    b"Rar!": N_("a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": N_("a 7-Zip archive"),
    b"EGGA": N_("an EGG archive"),
    b"ALZ\x01": N_("an ALZ archive"),
    b"%PDF": N_("a PDF document"),
    b"<!DO": N_("a web page"),
    b"<htm": N_("a web page"),
}
_TAR_STARTS: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")

# What the readers of damaged archives raise, over and above their own exceptions.
_DAMAGE: Final = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    ValueError, OverflowError, LookupError, AttributeError, RuntimeError,
)  # fmt: skip


def unpack(
    archive: Path,
    target: Path,
    limits: ArchiveLimits,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Unpacked:
    """Unpack a zip or a tar into a folder that exists and is empty.

    Args:
        archive: what to unpack; what it is called decides less than what it begins with.
        target: where its files go.
        limits: how much may come out.
        on_progress: told how much is done, of how much.

    Returns:
        What was left out and why; hidden files and traces of tools are left out silently.

    Raises:
        IntakeError: it is damaged, encrypted, of another kind, or holds more than `limits` allow;
            what came out before lies in `target`.
    """
    name = readable(archive.name)
    with _told(name):
        with open_regular(archive) as file:
            start = file.read(8)
        if not start:
            raise IntakeError(_("{archive} is empty. Pack it and hand it in again.", archive=name))
        for mark, kind in _FOREIGN_STARTS.items():
            if start.startswith(mark):
                raise IntakeError(
                    _(
                        "{archive} is {kind}, whatever its name says. {advice}",
                        archive=name,
                        kind=_(kind),
                        advice=how_to_hand_in(is_packed=True),
                    )
                )
        writer = Writer(name, archive.stat().st_size, target, limits)
        is_tar = start.startswith(_TAR_STARTS) or (
            not start.startswith(b"PK") and not name.lower().endswith(".zip")
        )
        (unpack_tar if is_tar else unpack_zip)(archive, writer, on_progress)
        return writer.unpacked()


def how_to_hand_in(*, is_packed: bool) -> str:
    """What to do with work that came in a form torchgrade does not read."""
    if is_packed:
        return _("Hand in the .ipynb or .py file unpacked or in a zip.")
    return _("Hand in the .ipynb or .py file.")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever an archive makes its reader raise becomes a sentence."""
    damaged = _(
        "{archive} is damaged or cut off and cannot be unpacked. Pack it and hand it in again.",
        archive=name,
    )
    try:
        yield
    except NotImplementedError as error:
        raise IntakeError(
            _(
                "{archive} is packed in a way that is not supported. "
                "Pack it again as an ordinary zip.",
                archive=name,
            )
        ) from error
    except _DAMAGE as error:
        raise IntakeError(damaged) from error
    except OSError as error:
        # Without a number it comes from a decompressor; "invalid argument" from an impossible seek.
        if error.errno in (None, errno.EINVAL):
            raise IntakeError(damaged) from error
        problem = _("{archive} cannot be unpacked: {reason}.", archive=name, reason=error.strerror)
        if error.errno == errno.ENOSPC:
            problem += " " + _("Make room, or name a folder on a larger disk in TMPDIR.")
        raise IntakeError(problem) from error
