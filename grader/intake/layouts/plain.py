"""Plain: a source file, a folder or an archive each, named as it happens to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who
from grader.intake.suffixes import archive_stem, is_archive, is_foreign, is_source


def is_work(entry: Entry) -> bool:
    """Whether somebody may have handed it in as homework."""
    name = entry.name.lower()
    return entry.is_folder or is_source(name) or is_archive(name) or is_foreign(name)


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if is_work(entry))


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    del read_text
    claims = Counter(claim for entry in entries for claim in {entry.name, _stem(entry)})
    return [_hand_in(entry, claims) for entry in entries]


def _hand_in(entry: Entry, claims: Counter[str]) -> HandIn:
    stem = _stem(entry)
    name = stem if claims[stem] == 1 else entry.name
    return HandIn(
        id=name,
        members=(Who(label=name),),
        parts=(Part(entry.name, None if entry.is_folder else entry.name),),
    )


def _stem(entry: Entry) -> str:
    if entry.is_folder:
        return entry.name
    return archive_stem(entry.name) if is_archive(entry.name) else PurePath(entry.name).stem


PLAIN = Layout(
    name="plain",
    title="a plain folder",
    form="a source file, a folder or an archive each",
    fitting=_fitting,
    read=_read,
)
