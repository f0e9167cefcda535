"""Gradescope's `submission_metadata.yml`: YAML as Ruby writes it, read as what stands there.

Its keys are symbols (`:submitters`). Nothing is turned into a number or a date: Ruby leaves a name
such as `2026-02-30` without quotes, which other readers take for a day that does not exist.

Ruby begins a line without space for a new record alone, whatever texts a record holds. So records
are told apart by their lines before YAML is read, and what is wrong with one, or too much, costs no
other. What each says comes as events: nothing is kept of what is not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Final, TextIO

import yaml

from grader.intake.limits import (
    MAX_METADATA_LENGTH,
    MAX_RECORD_EVENTS,
    MAX_RECORD_LENGTH,
    MAX_RECORDS,
    MAX_SUBMITTERS,
)

_MAX_DEPTH = 50
_MAX_TEXT: Final = 1_000
"""Characters of a name, number or address."""
_MAX_ANCHORS: Final = 100_000
_RECORD = re.compile(r"(?P<quote>[\"']?)(?P<folder>submission_\d{1,20})(?P=quote):")
_PIECE = 1 << 16
_NOTHING = {"", "~", "null"}
# Its base is chosen while running: the parser in C, where PyYAML was built with it.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Fields = dict[str, str]
"""Texts by the names of their fields, without the colon of symbols."""


@dataclass
class Record:
    """What one submission's record says.

    Attributes:
        fields: its texts.
        submitters: the texts of each of those who handed in.
        history: the texts of each attempt.
        is_crowded: whether there are more submitters than are read.
        cut: the line from which on it was not read; None where all of it was.
    """

    fields: Fields = field(default_factory=dict)
    submitters: list[Fields] = field(default_factory=list)
    history: list[Fields] = field(default_factory=list)
    is_crowded: bool = False
    cut: int | None = None


@dataclass(frozen=True)
class Metadata:
    """What was read of a description.

    Attributes:
        records: by folder.
        cut: the line from which on it was not read; None where all of it was.
    """

    records: Mapping[str, Record]
    cut: int | None = None


@dataclass
class _Block:
    """The lines of one record."""

    folder: str
    line: int
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    cut: int | None = None

    def add(self, piece: str, line: int) -> None:
        """Take a piece of a line, unless the record is too long already."""
        if self.cut is None and self.length + len(piece) > MAX_RECORD_LENGTH:
            self.cut = line
        if self.cut is None:
            self.pieces.append(piece)
            self.length += len(piece)


class _TooMuch(Exception):
    """A record holds more than is read, from this line on, counted from its own first."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


def read_metadata(text: TextIO) -> Metadata:
    """Read the records one by one; one that cannot be read, by itself, is left out."""
    found: dict[str, Record] = {}
    anchors: dict[str, str] = {}
    blocks = _Blocks(text)
    for block in blocks:
        if len(found) >= MAX_RECORDS:
            return Metadata(found, block.line)
        record = Record(cut=block.cut)
        try:
            _read(block.folder, record, "".join(block.pieces), anchors)
        except _TooMuch as reached:
            record.cut = block.line + reached.line
        except (yaml.YAMLError, ValueError):
            if record.cut is None:
                continue
        found[block.folder] = record
    return Metadata(found, blocks.cut)


class _Blocks:
    """The lines of each record of a description; `cut` as :class:`Metadata` has it, at the end."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.cut: int | None = None

    def __iter__(self) -> Iterator[_Block]:
        block: _Block | None = None
        length, line, begins = 0, 1, True
        while piece := self._text.readline(_PIECE):
            match = _RECORD.match(piece) if begins else None
            if block is not None and (match or length > MAX_METADATA_LENGTH):
                yield block
                block = None
            if length > MAX_METADATA_LENGTH:
                self.cut = line
                return
            if match:
                block = _Block(match["folder"], line)
            if block is not None:
                block.add(piece, line)
            length += len(piece)
            begins = piece.endswith("\n")
            line += begins
        if block is not None:
            yield block


def _read(folder: str, record: Record, text: str, anchors: MutableMapping[str, str]) -> None:
    """Take out of one record's text what is asked for.

    Raises:
        yaml.YAMLError: it is no YAML, from here on.
        ValueError: it is nested too deep, or holds characters that are none.
        _TooMuch: it has more events than are read.
    """
    reader = _Reader(folder, record)
    for number, event in enumerate(yaml.parse(text, _LOADER)):
        if number > MAX_RECORD_EVENTS:
            raise _TooMuch(event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.ScalarEvent):
            written = _written(event)
            if event.anchor is not None and len(anchors) < _MAX_ANCHORS:
                anchors[event.anchor] = written or ""
            reader.take(written)
        elif isinstance(event, yaml.AliasEvent):
            reader.take(anchors.get(event.anchor or ""))
        elif isinstance(event, yaml.CollectionStartEvent):
            reader.begin(is_mapping=isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, yaml.CollectionEndEvent):
            reader.end()


def _written(event: yaml.ScalarEvent) -> str | None:
    """A text as it is written; None where it says that there is nothing."""
    is_plain = not event.style  # of the two parsers one says None, the other ""
    text = str(event.value)[:_MAX_TEXT].strip()
    return None if not text or (is_plain and text in _NOTHING) else text


@dataclass
class _Collection:
    """A mapping or list that is open."""

    is_mapping: bool
    is_key_next: bool
    key: str | None = None
    """What comes is the value of; None in a list, and where a key is no text."""


class _Reader:
    """Follows the events of one record, and keeps what is asked for."""

    def __init__(self, folder: str, record: Record) -> None:
        self._folder = folder
        self._record = record
        self._open: list[_Collection] = []

    def take(self, text: str | None) -> None:
        """A text comes."""
        if not self._open:
            return
        inner = self._open[-1]
        if inner.is_key_next:
            inner.key, inner.is_key_next = (text or "").removeprefix(":"), False
            return
        if text is not None:
            self._keep(text)
        inner.is_key_next = inner.is_mapping

    def begin(self, *, is_mapping: bool) -> None:
        """A mapping or list begins.

        Raises:
            ValueError: it lies too deep.
        """
        if len(self._open) >= _MAX_DEPTH:
            raise ValueError("nested too deep")
        if self._open and self._open[-1].is_key_next:
            self._open[-1].key = None
        elif is_mapping:
            self._add_item()
        self._open.append(_Collection(is_mapping, is_mapping))

    def end(self) -> None:
        """The innermost one ends."""
        self._open.pop()
        if self._open:
            outer = self._open[-1]
            outer.is_key_next = outer.is_mapping and not outer.is_key_next

    def _keep(self, text: str) -> None:
        """A text that is no key: of the record itself, or of an item of one of its lists."""
        key = self._open[-1].key
        if key is None or self._open[0].key != self._folder:
            return
        if len(self._open) == 2:
            self._record.fields[key] = text
        elif len(self._open) == 4 and (items := self._items()):
            items[-1][key] = text

    def _add_item(self) -> None:
        if len(self._open) != 3 or (items := self._items()) is None:
            return
        if items is self._record.submitters and len(items) >= MAX_SUBMITTERS:
            self._record.is_crowded = True
        else:
            items.append({})

    def _items(self) -> list[Fields] | None:
        """The items of the list in which the reader is, if they are asked for."""
        if self._open[2].is_mapping or self._open[0].key != self._folder:
            return None
        return {"submitters": self._record.submitters, "history": self._record.history}.get(
            self._open[1].key or ""
        )
