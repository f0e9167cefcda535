"""Canvas: `lovelaceada_LATE_4711_90210_hw5.py`, flat.

The name is the sortable one in lower case without spaces, then come the numbers of the person and
of the file. A file of a further attempt gets `-1`, `-2` before its ending. What was typed in comes
as `lovelaceada_4711_text.html`; anonymous grading puts `anon_x7Kq2` in the place of a name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who

_WHO = r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)"
_FORMS = (
    re.compile(r"^(?P<name>anon)_(?P<user>[A-Za-z0-9]{5})(?P<late>_LATE)?_\d+_(?P<file>.+)$"),
    re.compile(rf"^{_WHO}_\d+_(?P<file>.+)$"),
    re.compile(rf"^{_WHO}_(?P<typed>text|link)\.html$"),
)
_AGAIN = re.compile(r"^(?P<stem>.+)-(?P<time>\d{1,2})(?P<ending>(?:\.tar)?\.[^.]+)$")


@dataclass(frozen=True)
class _File:
    source: str
    name: str
    time: int
    """How often a file of that name had been handed in before."""


def _match(name: str) -> re.Match[str] | None:
    return next((match for form in _FORMS if (match := form.match(name))), None)


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _match(entry.name))


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    del read_text
    people: dict[str, list[re.Match[str]]] = defaultdict(list)
    for entry in entries:
        if match := _match(entry.name):
            people[match["user"]].append(match)
    return [_hand_in(user, matches) for user, matches in people.items()]


def _hand_in(user: str, matches: Sequence[re.Match[str]]) -> HandIn:
    name = matches[0]["name"]
    files = [_file(match) for match in matches if "file" in match.re.groupindex]
    newest: dict[str, _File] = {}
    for file in files:
        if file.name not in newest or file.time > newest[file.name].time:
            newest[file.name] = file
    times = max((file.time for file in newest.values()), default=0)
    return HandIn(
        id=f"{name}_{user}",
        members=(Who(name=None if name == "anon" else name, number=user),),
        parts=tuple(Part(file.source, file.name) for file in newest.values()),
        late=any(match["late"] for match in matches),
        attempt=f"attempt {times + 1}" if times else None,
        older=tuple(file.source for file in files if newest[file.name] is not file),
        typed=len(files) < len(matches),
    )


def _file(match: re.Match[str]) -> _File:
    again = _AGAIN.match(match["file"])
    if again is None:
        return _File(match.string, match["file"], 0)
    return _File(match.string, again["stem"] + again["ending"], int(again["time"]))


CANVAS = Layout(
    name="canvas",
    title="Canvas",
    form="name_number_number_file",
    fitting=_fitting,
    read=_read,
)
