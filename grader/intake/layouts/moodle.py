"""Moodle: `Ada Lovelace_4711_assignsubmission_file_`, a folder, or before the file's own name.

`Participant_4711` stands in the place of a name while grading is blind; what was typed in comes as
`..._assignsubmission_onlinetext_`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who

_FORM = re.compile(
    r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?$"
)
# With separate groups, Moodle puts the group before the name.
_GROUP = re.compile(r"^.+?-(?=\S+ \S)")


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _FORM.match(entry.name))


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    del read_text
    people: dict[str, list[re.Match[str]]] = defaultdict(list)
    for entry in entries:
        if match := _FORM.match(entry.name):
            people[match["number"]].append(match)
    return [_hand_in(number, matches) for number, matches in people.items()]


def _hand_in(number: str, matches: Sequence[re.Match[str]]) -> HandIn:
    name = matches[0]["name"]
    is_blind = name.casefold() in ("participant", "참가자")
    return HandIn(
        id=f"{name}_{number}",
        members=(
            Who(
                name=None if is_blind else name,
                number=number,
                label=_GROUP.sub("", name) if not is_blind else None,
            ),
        ),
        parts=tuple(
            Part(match.string, match["file"] or None)
            for match in matches
            if match["kind"] != "onlinetext"
        ),
        typed=any(match["kind"] == "onlinetext" for match in matches),
    )


MOODLE = Layout(
    name="moodle",
    title="Moodle",
    form="name_number_assignsubmission_file",
    fitting=_fitting,
    read=_read,
)
