"""What a layout is told, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TextIO

from grader.choices import LayoutName
from grader.intake.entry_names import Refusal

OpenText = Callable[[str], TextIO]
"""Opens a file of the download, by name; an empty one where it cannot be opened."""


@dataclass(frozen=True)
class Entry:
    """A file or folder at the top of a download."""

    name: str
    is_folder: bool = False
    refused: Refusal | None = None
    """Why it is not there after all: a link, too large."""


@dataclass(frozen=True)
class Who:
    """A person, as far as the names say."""

    name: str | None = None
    number: str | None = None
    """What the LMS or the school numbers people by."""
    login: str | None = None
    email: str | None = None
    label: str | None = None
    """What stands in a name without saying which of these it is."""
    otherwise: tuple[str, ...] = ()
    """Numbers that may be theirs instead, where it cannot be told which the platform wrote. Without
    a `number`, there are too many to tell anything."""
    is_typed: bool = False
    """Whether those who hand in may have written the rest themselves, and so another's."""


@dataclass(frozen=True)
class Part:
    """A file or folder of the download that belongs to a hand-in."""

    source: str
    name: str | None = None
    """What its author called it; None for a folder whose content is meant."""


@dataclass(frozen=True)
class HandIn:
    """One person's or group's work: the newest attempt, the older ones by name."""

    id: str
    members: tuple[Who, ...]
    parts: tuple[Part, ...]
    late: bool = False
    attempt: str | None = None
    """Which attempt it is, or when it came, where there can be several."""
    older: tuple[str, ...] = ()
    """Attempts that it takes the place of; of many, some and how many more."""
    beside: tuple[str, ...] = ()
    """What else in the download is theirs: files of older attempts, texts."""
    typed: bool = False
    """Whether there is text that was typed into the LMS."""
    notes: tuple[str, ...] = ()
    feedback_name: str | None = None
    """What a page for its author is called that the platform takes back."""


@dataclass(frozen=True)
class Layout:
    """How one LMS names what it hands out."""

    name: LayoutName
    title: str
    form: str
    """What its names look like, in words."""
    fitting: Callable[[Sequence[Entry]], frozenset[str]]
    """The names that have its form."""
    read: Callable[[Sequence[Entry], OpenText], list[HandIn]]
    """The hand-ins of the entries that have its form; every one of these is in one of them."""


def no_text(name: str) -> TextIO:
    """Opens nothing, for downloads that hold no file to be read."""
    del name
    return StringIO()
