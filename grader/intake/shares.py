"""Whose each entry of a download's archive is, so that one person's flood spoils theirs alone.

A share is a thing at the top, or at the top within the lone folders around everything.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.intake.entry_names import EntryRefused, safe_path
from grader.intake.leftovers import is_leftover
from grader.intake.limits import MAX_WRAPPERS


def shares_depth(names: Iterable[str]) -> int:
    """How many folders lie around everything, by the names of all entries."""
    levels: list[set[str]] = [set() for _ in range(MAX_WRAPPERS + 1)]
    for name in names:
        for level, part in zip(levels, _parts(name), strict=False):
            level.add(part)
            if len(level) > 1:
                break  # what lies deeper is told apart already
    depth = 0
    while depth < MAX_WRAPPERS and len(levels[depth]) == 1 and levels[depth + 1]:
        depth += 1
    return depth


def share_of(path: str, depth: int) -> str:
    """The path of the share in which an entry lies, `depth` folders below the top."""
    return "/".join(path.split("/", depth + 1)[: depth + 1])


def _parts(name: str) -> list[str]:
    """The folders and the name of an entry; none of what is left out."""
    try:
        parts = safe_path(name).split("/")
    except EntryRefused:
        return []
    return [] if any(map(is_leftover, parts)) else [part for part in parts if part]
