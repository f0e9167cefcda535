"""Plain: a source file, a folder or an archive each, named as it happens to be.

A notebook and a script of one name are one work: the script is what the notebook was saved as, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePath

from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who
from grader.intake.suffixes import archive_stem, is_archive, is_foreign, is_source


def is_work(entry: Entry) -> bool:
    """Whether somebody may have handed it in as homework."""
    name = entry.name.lower()
    return entry.is_folder or is_source(name) or is_archive(name) or is_foreign(name)


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if is_work(entry))


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    del open_text
    works: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        # Under a `/` no name stands: a notebook and the script that was made of it are one work.
        is_file = is_source(entry.name) and not entry.is_folder
        works[f"{_stem(entry)}/" if is_file else entry.name].append(entry)
    claims = Counter(
        claim
        for parts in works.values()
        for claim in {_stem(parts[0]), *(entry.name for entry in parts)}
    )
    return [_hand_in(parts, claims) for parts in works.values()]


def _hand_in(parts: Sequence[Entry], claims: Counter[str]) -> HandIn:
    stem = _stem(parts[0])
    return HandIn(
        id=stem if claims[stem] == 1 else _told_apart(parts[0]),
        # Whose it is does not depend on what else is called so.
        members=(Who(label=stem),),
        parts=tuple(Part(entry.name, None if entry.is_folder else entry.name) for entry in parts),
    )


def _told_apart(entry: Entry) -> str:
    """The id of what is called as something else is, too.

    None of them has the bare name: what a person has noted under it was meant for one of them.
    """
    return f"{entry.name} (folder)" if entry.is_folder else entry.name


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
