"""Moodle: `Ada Lovelace_4711_assignsubmission_file_`, a folder, or before the file's own name.

`Participant_4711` stands in the place of a name while grading is blind; what was typed in comes as
`..._assignsubmission_onlinetext_`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who

_FORM = re.compile(
    r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?$"
)
# Nothing of the author's follows in a folder's name: the last form is Moodle's, and what stands
# before it is a full name, which people may change, whatever it holds.
_FOLDER = re.compile(
    r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>))?$"
)
_AGAIN = re.compile(r"_\d+_assignsubmission_[a-z]+")
_TWICE = (
    "The name {} holds Moodle's form more than once, and it cannot be told which is Moodle's; the "
    "first was believed. Look at whose it is."
)
# With separate groups, Moodle puts the group before the name.
_GROUP = re.compile(r"^.+?-(?=\S+ \S)")


def _match(entry: Entry) -> re.Match[str] | None:
    return (_FOLDER.match(entry.name) if entry.is_folder else None) or _FORM.match(entry.name)


def _is_doubtful(match: re.Match[str]) -> bool:
    """Whether the form stands in the author's part of the name as well, or in the full name."""
    return _AGAIN.search(f"_{match['file'] or ''}") is not None


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _match(entry))


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    del open_text
    # By name and doubt as well, so that nothing that only claims a number comes to its owner's.
    people: dict[tuple[str, str, bool], list[re.Match[str]]] = defaultdict(list)
    for entry in entries:
        if match := _match(entry):
            people[match["number"], match["name"], _is_doubtful(match)].append(match)
    return [_hand_in(*key, matches) for key, matches in people.items()]


def _hand_in(number: str, name: str, is_doubtful: bool, matches: Sequence[re.Match[str]]) -> HandIn:
    is_blind = name.casefold() in ("participant", "참가자")
    return HandIn(
        id=f"{name}_{number}",
        members=(
            Who(
                name=None if is_blind else name,
                number=number,
                label=_GROUP.sub("", name) if not is_blind else None,
                is_typed=is_doubtful,
            ),
        ),
        parts=tuple(
            Part(match.string, match["file"] or None)
            for match in matches
            if match["kind"] != "onlinetext"
        ),
        beside=tuple(match.string for match in matches if match["kind"] == "onlinetext"),
        typed=any(match["kind"] == "onlinetext" for match in matches),
        notes=(_TWICE.format(matches[0].string),) if is_doubtful else (),
        # Nobody is handed a page that may be about another's work.
        feedback_name=None
        if is_doubtful
        else f"{name}_{number}_assignsubmission_file_/report.html",
    )


MOODLE = Layout(
    name="moodle",
    title="Moodle",
    form="name_number_assignsubmission_file",
    fitting=_fitting,
    read=_read,
)
