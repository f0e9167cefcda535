"""What reading a zip and reading a tar have in common: the writer that counts and refuses."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from grader.errors import IntakeError
from grader.intake.archives.shares import Shares, shares_among
from grader.intake.entry_names import (
    EntryRefused,
    Refusal,
    refused_by_system,
    safe_path,
    shortened,
)
from grader.intake.leftovers import is_leftover
from grader.intake.limits import ArchiveLimits
from grader.intake.names import as_text, numbered
from grader.language import N_, _

_CHUNK = 1 << 16
_MAX_NOTES = 20
LINK = Refusal(N_("{what} is a link to another place"))
NO_FILE = Refusal(N_("{what} is no regular file"))


@dataclass(frozen=True)
class Unpacked:
    """What an archive held besides the files that came out of it."""

    refused: Mapping[str, Refusal]
    """The entries that were left out, and why."""
    written: int
    """Bytes that came out."""
    notes: tuple[str, ...]
    """Sentences on what a reader should know."""
    entries: int
    """How many entries it had, or how many files and folders were made where these are more."""
    hidden: tuple[str, ...] = ()
    """Paths of things left out by their name alone that may be a person's share of a download."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Paths of files and folders whose names others have here, and what they would be else."""


class Readable(Protocol):
    """What an entry's content is read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Writer:
    """Writes the entries of one archive below a folder, within limits.

    Two names never come to one place, whatever makes them one for a file system: how characters are
    written, case, or that one is a file's and the other a folder's. Each further one has a number.
    Only of entries with the very same name the last one counts.

    Args:
        name: what the archive is called in messages.
        packed: its size in bytes.
        target: the folder.
        limits: how much may come out.
    """

    def __init__(self, name: str, packed: int, target: Path, limits: ArchiveLimits) -> None:
        self.name = name
        self.limits = limits
        self._packed = packed
        self._target = target
        self._entries = 0
        self._made = 0
        self._written = 0
        self._shares = Shares()
        self._full: set[str] = set()
        self._share_entries: Counter[str] = Counter()
        self._share_refused: Counter[str] = Counter()
        self._share_made: Counter[str] = Counter()
        self._share_written: Counter[str] = Counter()
        self._places = {"/": ""}
        """Where files, and folders with a `/` behind their paths, stand, by their own paths."""
        self._numbers: Counter[str] = Counter()
        self._renamed: dict[str, str] = {}
        self._refused: dict[str, Refusal] = {}
        self._hidden: set[str] = set()
        self._double: set[str] = set()
        self._notes: list[str] = []

    def share(self, names: Iterable[str]) -> None:
        """Learn from the names of all entries which of them are one person's."""
        self._shares = shares_among(names, self.limits.entries)

    def is_later(self, name: str) -> bool:
        """Whether others of its share are to be unpacked before an entry."""
        return self._shares.top(_as_path(name)) in self._shares.later

    def count(self, name: str) -> None:
        """Count an entry, of whatever kind: for its share alone, once that one has too many.

        Raises:
            IntakeError: there are too many.
        """
        share = self._shares.of(_as_path(name))
        self._share_entries[share] += 1
        if self.limits.share and self._share_entries[share] > self.limits.share.entries:
            return
        self._entries += 1
        if self._entries > self.limits.entries:
            raise IntakeError(
                _(
                    "{archive} holds more than {most:,} entries. {advice}",
                    archive=self.name,
                    most=self.limits.entries,
                    advice=_(self.limits.advice),
                )
            )

    def refuse(self, path: str, reason: Refusal) -> None:
        """Leave an entry out that `place` did not, and say so."""
        self._refuse(path, self._places.get(path) or self._wanted(path), reason)

    def _refuse(self, name: str, place: str, reason: Refusal) -> None:
        """Leave an entry out and say so; of one share, of no more than it may have."""
        path = shortened(readable(place))
        share = self._shares.of(_as_path(name))
        if self.limits.share and self._share_refused[share] >= self.limits.share.entries:
            return
        if path not in self._refused:
            self._refused[path] = reason
            self._share_refused[share] += 1

    def note(self, sentence: str) -> None:
        """Say something of the archive as a whole."""
        self._notes.append(sentence)

    def place(self, name: str) -> str | None:
        """The path by which an entry to be unpacked is known; None when it is left out."""
        try:
            path = safe_path(name)
        except EntryRefused as error:
            self._refuse(name, self._shares.spelled(name), error.reason)
            return None
        if self._shares.of(path) in self._full:
            return None
        parts = path.split("/")
        for depth, part in enumerate(parts):
            if is_leftover(part):
                if depth == self._shares.depth:
                    self._hidden.add(self._shares.spelled("/".join(parts[: depth + 1])))
                self._make_folder("/".join(parts[:depth]))  # someone's, though nothing is in it
                return None
        return path or None

    def make_folder(self, name: str) -> None:
        """Make an entry that is a folder."""
        if (path := self.place(name)) is not None and (why_not := self._make_folder(path)):
            self.refuse(path, why_not)

    def write(self, path: str, source: Readable, packed: int | None) -> None:
        """Write an entry's content.

        Args:
            path: what `place` answered.
            source: the content.
            packed: how many bytes of the archive it takes; None where that is not known.

        Raises:
            IntakeError: more came than the limits allow.
            OSError: it cannot be written.
        """
        if why_not := self._make_folder(path.rpartition("/")[0]):
            self.refuse(path, why_not)
            return
        is_double = path in self._places
        place = self._places[path] if is_double else self._free_place(path)
        try:
            out = (self._target / place).open("wb" if is_double else "xb")
        except OSError as error:
            self.refuse(path, refused_by_system(error))
            return
        if is_double:
            self._double.add(place)
        else:
            self._made_at(path, place)
        try:
            with out:
                self._copy(out, path, source, packed)
        except EntryRefused as error:
            (self._target / place).unlink()
            self._places.pop(path)
            if self.limits.large_entry_spoils:
                where = _("{file} in {archive}", file=readable(path), archive=self.name)
                raise IntakeError(
                    _(
                        "{reason}. Pack your work alone, without data sets and saved models.",
                        reason=error.reason.of(where),
                    )
                ) from None
            self._refuse(path, place, error.reason)

    def ask_ratio(self, read: int) -> None:
        """See whether the bytes that came out of it so far are in proportion to its size.

        Raises:
            IntakeError: they are not, and the archive is one person's.
        """
        limits = self.limits
        if limits.large_entry_spoils and read > max(limits.free_bytes, limits.ratio * self._packed):
            raise IntakeError(
                _(
                    "{archive} grows to more than {ratio} times its size when unpacked. "
                    "Pack your work alone.",
                    archive=self.name,
                    ratio=limits.ratio,
                )
            )

    def unpacked(self) -> Unpacked:
        """What there is to say of the archive now that it is read."""
        double = [
            _(
                "{file} stands more than once in {archive}; the last one counts.",
                file=readable(path),
                archive=self.name,
            )
            for path in sorted(self._double)
        ]
        notes = self._notes + double[:_MAX_NOTES]
        more = len(double) - _MAX_NOTES
        if more > 0:
            notes.append(_("{number:,} more files stand more than once in it.", number=more))
        entries = max(self._entries, self._made)
        hidden = tuple(sorted(self._hidden))
        return Unpacked(self._refused, self._written, tuple(notes), entries, hidden, self._renamed)

    def _copy(self, out: IO[bytes], path: str, source: Readable, packed: int | None) -> None:
        written, share = 0, self._shares.of(path)
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            self._share_written[share] += len(chunk)
            self._ask_entry(written, packed, self._share_written[share])
            self._written += len(chunk)
            self._ask_total()
            out.write(chunk)

    def _ask_entry(self, written: int, packed: int | None, by_share: int) -> None:
        """See that neither an entry nor its share is too large.

        Raises:
            EntryRefused: one is.
        """
        limits = self.limits
        if written > limits.entry_bytes:
            most = limits.entry_bytes >> 20
            raise EntryRefused(N_("{what} is larger than {most:,} MB"), most=most)
        if packed is not None and written > max(limits.free_bytes, limits.ratio * packed):
            sentence = N_("{what} grows to more than {ratio} times its packed size")
            raise EntryRefused(sentence, ratio=limits.ratio)
        if limits.share is not None and by_share > limits.share.total_bytes:
            sentence = N_("{what} is beyond the {most:,} MB that all files of one person may have")
            raise EntryRefused(sentence, most=limits.share.total_bytes >> 20)

    def _ask_total(self) -> None:
        """See that not too much came out of the archive as a whole.

        Raises:
            IntakeError: it is too much.
        """
        limits = self.limits
        if self._written > limits.total_bytes:
            raise too_many_bytes(self.name, limits)
        self.ask_ratio(self._written)

    def _make_folder(self, path: str) -> Refusal | None:
        """Make a folder and those it lies in; why it cannot be made."""
        if f"{path}/" in self._places:
            return None
        if (why_not := self._make_folder(path.rpartition("/")[0])) is not None:
            return why_not
        place = self._free_place(path)
        try:
            (self._target / place).mkdir()
        except OSError as error:
            return refused_by_system(error)
        self._made_at(f"{path}/", place)
        return None

    def _wanted(self, path: str) -> str:
        """Where a file or folder is to stand if nothing has its name."""
        folder = path.rpartition("/")[0]
        known = self._places.get(f"{folder}/")
        around = self._wanted(folder) if known is None else known
        name = self._shares.spelled(path).rpartition("/")[2]
        return f"{around}/{name}" if around else name

    def _free_place(self, path: str) -> str:
        """The same, with a number where something has its name."""
        wanted = self._wanted(path)
        place = wanted
        folder, slash, name = wanted.rpartition("/")
        while os.path.lexists(self._target / place):
            self._numbers[wanted] += 1
            place = folder + slash + numbered(name, self._numbers[wanted] + 1)
        if place != wanted:
            self._renamed[place] = wanted
        return place

    def _made_at(self, path: str, place: str) -> None:
        """Note where a file or folder stands; bound the folders too that only stand in names."""
        self._places[path] = place
        limits, share = self.limits, self._shares.of(path.removesuffix("/"))
        self._made += 1
        self._share_made[share] += 1
        if self._made > limits.entries:
            raise IntakeError(
                _(
                    "{archive} holds more than {most:,} files and folders. {advice}",
                    archive=self.name,
                    most=limits.entries,
                    advice=_(limits.advice),
                )
            )
        if limits.share is not None and self._share_made[share] > limits.share.entries:
            self._full.add(share)
            top = self._shares.top(place)
            is_whole = place != top  # else the share is many things at the top
            sentence = _IS_CROWDED if is_whole else _IS_ONE_OF_A_CROWD
            self._refused[top] = Refusal(sentence, {"most": limits.share.entries})


_IS_CROWDED = N_("{what} holds more than {most:,} files and folders")
_IS_ONE_OF_A_CROWD = N_("{what} is one of more than {most:,} files and folders of a person")


def too_many_bytes(archive: str, limits: ArchiveLimits) -> IntakeError:
    """The error for an archive of which more comes out than may."""
    return IntakeError(
        _(
            "{archive} unpacks to more than {most:,} MB. {advice}",
            archive=archive,
            most=limits.total_bytes >> 20,
            advice=_(limits.advice),
        )
    )


def _as_path(name: str) -> str:
    """A name as a path by which its share is told, even where no file can be called so."""
    try:
        return safe_path(name)
    except EntryRefused:
        return name.replace("\\", "/")


def readable(name: str) -> str:
    """A name as it can stand in a message: without halves of characters and controls."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in as_text(name)
    )
