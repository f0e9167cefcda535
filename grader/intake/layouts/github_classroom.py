"""GitHub Classroom: a folder a repository, `hw5-alovelace`.

The assignment is not said anywhere and both it and a login may hold hyphens, so it is what most of
the folders have in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who

_FEWEST = 3
"""Folders that must begin alike before that tells anything."""


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    folders = [entry.name for entry in entries if entry.is_folder]
    prefix = _prefix(folders)
    if prefix is None:
        return frozenset()
    return frozenset(name for name in folders if name.startswith(prefix) and name != prefix)


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    del open_text
    prefix = _prefix([entry.name for entry in entries]) or ""
    return [
        HandIn(
            id=(login := entry.name.removeprefix(prefix)),
            members=(Who(login=login),),
            parts=(Part(entry.name),),
        )
        for entry in entries
    ]


def _prefix(names: Sequence[str]) -> str | None:
    """The beginning up to a hyphen that most names share, the longest of those that as many do."""
    counts = Counter(
        name[: place + 1]
        for name in names
        for place, character in enumerate(name)
        if character == "-" and place
    )
    if not counts:
        return None
    prefix, count = max(counts.items(), key=lambda item: (item[1], len(item[0])))
    return prefix if count >= _FEWEST else None


GITHUB_CLASSROOM = Layout(
    name="github-classroom",
    title="GitHub Classroom",
    form="assignment-login",
    fitting=_fitting,
    read=_read,
)
