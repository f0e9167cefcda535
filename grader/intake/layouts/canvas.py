"""Canvas: `lovelaceada_LATE_4711_90210_hw5.py`, flat.

The name is the sortable one in lower case without spaces, then come the numbers of the person and
of the file. A file of a further attempt gets `-1`, `-2` before its ending. What was typed in comes
as `lovelaceada_4711_text.html`; anonymous grading puts `anon_x7Kq2` in the place of a name, or
`LATE_anon_x7Kq2`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.layouts.canvas_names import Read, has_form, tell_apart
from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who

_AGAIN = re.compile(r"^(?P<stem>.+)-(?P<time>\d{1,2})(?P<ending>(?:\.tar)?\.[^.]+)$")
_MOST_OTHERS = 20
"""People whose the files of one hand-in may be besides; of more, it is nobody's."""
_UNCLEAR = "The name {} can be read in more than one way; look at whose work this is."


@dataclass(frozen=True)
class _File:
    source: str
    written: str
    """What it is called in the download."""
    name: str
    """What it was called before it was handed in again."""
    time: int
    """How often a file of that name had been handed in before."""


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if has_form(entry.name))


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    del open_text
    reads = tell_apart([entry.name for entry in entries if has_form(entry.name)])
    # By name and doubt as well, so that nothing that only claims a number comes to its owner's.
    people: dict[tuple[str, str | None, bool], list[Read]] = defaultdict(list)
    for read in sorted(reads, key=lambda each: bool(each.otherwise)):
        people[read.reading.user, read.reading.name, bool(read.otherwise)].append(read)
    return [_hand_in(user, name, theirs) for (user, name, _), theirs in people.items()]


def _hand_in(user: str, name: str | None, reads: Sequence[Read]) -> HandIn:
    otherwise = tuple(dict.fromkeys(number for read in reads for number in read.otherwise))
    # Among more people than are looked at, the only one on the roster may be so by chance.
    is_anybodys = len(otherwise) > _MOST_OTHERS or any(read.is_anybodys for read in reads)
    files = [
        _file(each.source, each.file)
        for each in (read.reading for read in reads)
        if each.file is not None
    ]
    kept, older = _attempts(files)
    times = max((file.time for file in kept), default=0)
    return HandIn(
        id=f"{name or 'anon'}_{user}",
        members=(
            Who(
                name=name,
                number=None if is_anybodys else user,
                label=f"{name or 'anon'}_{user}" if is_anybodys else None,
                otherwise=otherwise[:_MOST_OTHERS],
                is_typed=bool(otherwise),
            ),
        ),
        parts=tuple(Part(file.source, file.name) for file in kept),
        late=any(read.reading.late for read in reads),
        attempt=f"attempt {times + 1}" if times else None,
        older=tuple(file.source for file in older),
        beside=(
            *(file.source for file in older),
            *(each.reading.source for each in reads if each.reading.file is None),
        ),
        typed=len(files) < len(reads),
        notes=(_UNCLEAR.format(reads[0].reading.source),) if otherwise else (),
        # Nobody is handed a page that may be about another's work.
        feedback_name=None if otherwise else _feedback_name(kept),
    )


def _attempts(files: Sequence[_File]) -> tuple[list[_File], list[_File]]:
    """The files of the newest attempt, and the older ones.

    Where each of several ends in a number, their author called them so: no first one is there.
    """
    by_name: dict[str, list[_File]] = defaultdict(list)
    for file in files:
        by_name[file.name].append(file)
    kept, older = [], []
    for same in by_name.values():
        if len(same) > 1 and all(file.time for file in same):
            kept += [_File(file.source, file.written, file.written, 0) for file in same]
            continue
        newest = max(same, key=lambda file: file.time)
        kept.append(newest)
        older += [file for file in same if file is not newest]
    return kept, older


def _feedback_name(files: Sequence[_File]) -> str | None:
    """Canvas knows by the numbers before a file's name whose it is, and which file it is about."""
    if not files:
        return None
    return files[0].source.removesuffix(files[0].written) + "report.html"


def _file(source: str, written: str) -> _File:
    again = _AGAIN.match(written)
    if again is None:
        return _File(source, written, written, 0)
    return _File(source, written, again["stem"] + again["ending"], int(again["time"]))


CANVAS = Layout(
    name="canvas",
    title="Canvas",
    form="name_number_number_file",
    fitting=_fitting,
    read=_read,
)
