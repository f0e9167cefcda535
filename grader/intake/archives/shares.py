"""Whose each entry of a download's archive is, so that one person's flood spoils theirs alone.

A share is what the layout takes for one hand-in, with older attempts and texts; of the rest, each
thing at the top, or at the top within the lone folders around everything.

Two names that would be one when their characters are composed are two people's, as long as nobody
knows better: on the platform they were two files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.intake.entry_names import EntryRefused, composed, safe_path, told_apart
from grader.intake.layouts import Entry, choose, lay_out, no_text
from grader.intake.leftovers import is_leftover
from grader.intake.limits import MAX_NAME_BYTES, MAX_WRAPPERS


@dataclass(frozen=True)
class Shares:
    """The shares of an archive, told by the names of its entries; by default each top is one.

    Paths are meant as they stand in the archive, safe and not composed.
    """

    depth: int = 0
    """How many folders lie around everything."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The share of each thing at the top that a layout knows, by its path."""
    later: frozenset[str] = frozenset()
    """The things at the top that other ones of their share go before."""
    apart: frozenset[str] = frozenset()
    """The names at the top that keep their own spelling, by which they are told from others."""

    def top(self, path: str) -> str:
        """The path of the thing at the top in which an entry lies, or which it is."""
        return "/".join(path.split("/", self.depth + 1)[: self.depth + 1])

    def spelled(self, path: str) -> str:
        """A path as it is written here: composed, but for names that are told apart by it."""
        parts = path.split("/")
        return "/".join(
            part if depth == self.depth and part in self.apart else composed(part)
            for depth, part in enumerate(parts)
        )

    def of(self, path: str) -> str:
        """The share of an entry, a name for it alone."""
        top = self.top(path)
        return self.owners.get(top, top)


def shares_among(names: Iterable[str], most: int) -> Shares:
    """Tell by the names of all entries, folders with a `/` at their end, which are one person's.

    Args:
        names: as they stand in the archive, each looked at once.
        most: how many things at the top are looked at; with more, the archive is refused anyway.
    """
    levels: list[dict[str, bool]] = [{} for _ in range(MAX_WRAPPERS + 1)]
    for name in names:
        parts = _parts(name)
        for place, (level, part) in enumerate(zip(levels, parts, strict=False), start=1):
            if part in level or len(level) < most:
                level[part] = level.get(part, False) or place < len(parts) or name.endswith("/")
            if len(level) > 1:
                break  # what lies deeper is told apart already
    depth = 0
    while depth < MAX_WRAPPERS and len(levels[depth]) == 1 and levels[depth + 1]:
        depth += 1
    around = "".join(f"{name}/" for level in levels[:depth] for name in level)
    return _laid_out(levels[depth], depth, around)


def _laid_out(top: Mapping[str, bool], depth: int, around: str) -> Shares:
    """The shares as a layout has them, by names alone: what the LMS wrote is still packed.

    Args:
        top: the names at the top, and whether each is a folder's.
        depth: of the folders around them.
        around: these folders, with a `/` behind each.
    """
    names = told_apart(top)
    stored = {name: around + own for own, name in names.items()}
    entries = [Entry(names[own], is_folder) for own, is_folder in top.items()]
    hand_ins, _ = lay_out(entries, choose(entries), no_text)
    owners: dict[str, str] = {}
    later: set[str] = set()
    for hand_in in hand_ins:
        sources = [*(part.source for part in hand_in.parts), *hand_in.beside]
        owners.update((stored[source], stored[sources[0]]) for source in sources)
        later.update(stored[source] for source in hand_in.beside)
    # Taken apart, a name may be longer than a file's can be.
    apart = {own for own, name in names.items() if own == name and _fits(own)}
    return Shares(depth, owners, frozenset(later), frozenset(apart))


def _fits(name: str) -> bool:
    return len(name.encode()) <= MAX_NAME_BYTES


def _parts(name: str) -> list[str]:
    """The folders and the name of an entry; none of what is left out."""
    try:
        parts = safe_path(name).split("/")
    except EntryRefused:
        return []
    return [] if any(map(is_leftover, parts)) else [part for part in parts if part]
