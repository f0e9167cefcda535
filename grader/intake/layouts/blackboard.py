"""Blackboard: `HW 5_alovelace_attempt_2026-05-31-23-59-58_hw5.py`, flat, all attempts.

Beside each attempt lies `HW 5_alovelace_attempt_2026-05-31-23-59-58.txt`, which says who it is and
what the files were called. A group's attempt has the group's name in the place of a login.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from grader.intake.layouts.blackboard_info import Info, parse_info
from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who
from grader.intake.limits import MAX_INFO_LENGTH
from grader.sentences import listed

_FORM = re.compile(r"(?<=.)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?=_.|\.txt$)")


@dataclass(frozen=True)
class _File:
    """A name in the download, taken apart; `file` is what its author called it.

    `is_doubtful` where both a group's name and a file's could have brought the form in once more.
    """

    source: str
    head: str
    when: str
    file: str | None
    is_doubtful: bool = False

    @property
    def is_info(self) -> bool:
        """Whether it is the text beside an attempt."""
        return self.file is None


_Attempts = dict[str, list[_File]]
"""The files of each attempt, by its time."""
_UNCLEAR = "The name {} can be read in more than one way; look at whose work this is."
_SHARED = "Attempts of different people stand under the name {}; look at whose this one is."
_ALONE = "The text beside it names others, too; it is taken for the work of {} alone, who sent it."


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _FORM.search(entry.name))


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    names = {entry.name for entry in entries}
    files = [_take_apart(entry.name, names) for entry in entries if _FORM.search(entry.name)]
    heads: dict[str, _Attempts] = defaultdict(lambda: defaultdict(list))
    for file in files:
        if not file.is_doubtful:
            heads[file.head][file.when].append(file)
    assignment = _assignment([file.head for file in files])
    hand_ins = []
    for head, attempts in heads.items():
        label = head.removeprefix(assignment)
        infos = {when: _info(head, parts, open_text) for when, parts in attempts.items()}
        parts = _by_people(infos)
        for times in parts:
            hand_in = _hand_in(label, {when: attempts[when] for when in times}, infos)
            shared = len(parts) > 1
            hand_ins.append(_doubted(hand_in, _SHARED.format(label)) if shared else hand_in)
    for file in filter(attrgetter("is_doubtful"), files):
        label = file.head.removeprefix(assignment)
        hand_in = _hand_in(label, {file.when: [file]}, {file.when: Info()})
        hand_ins.append(_doubted(hand_in, _UNCLEAR.format(file.source)))
    return hand_ins


def _take_apart(name: str, names: Container[str]) -> _File:
    """Find Blackboard's own form in a name: the first one that a text stands beside.

    A group's name stands before it and what the author called the file after it. Both are typed
    and may hold the form again, with somebody else's login and a later time.
    """
    forms = list(_FORM.finditer(name))
    told = [form for form in forms if f"{name[: form.end()]}.txt" in names]
    form = (told or forms)[0]
    rest = name[form.end() :]
    return _File(
        source=name,
        head=name[: form.start()],
        when=form["when"],
        file=None if rest == ".txt" else rest[1:],
        is_doubtful=len(forms) > 1 and not told,
    )


def _assignment(heads: Sequence[str]) -> str:
    """What stands before the login in every name, which may hold underscores as logins may."""
    prefix = heads[0][: heads[0].rfind("_") + 1]
    while not all(head.startswith(prefix) and head != prefix for head in heads):
        prefix = prefix[: prefix.rfind("_", 0, -1) + 1]
    return prefix


def _info(head: str, files: Sequence[_File], open_text: OpenText) -> Info:
    texts = [file.source for file in files if file.is_info]
    if not texts:
        return Info()
    with open_text(texts[0]) as text:
        return _of_sender(head, parse_info(text.read(MAX_INFO_LENGTH)))


def _of_sender(head: str, info: Info) -> Info:
    """The same without other people, where the name of the files says whose alone it is.

    Otherwise a full name that holds somebody's login in brackets would make two people of one.
    """
    senders = [who for who in info.members if head.endswith(f"_{who.login}")]
    if len(info.members) < 2 or not senders:
        return info
    sender = max(senders, key=lambda who: len(who.login or ""))
    return replace(info, members=(sender,), notes=(_ALONE.format(sender.login),))


def _by_people(infos: Mapping[str, Info]) -> list[list[str]]:
    """The times of attempts by whose they are: a group may be called like somebody's login.

    A group whose members change stays one. Where there are several, what no text tells the people
    of is a part by itself.
    """
    people: list[set[str | None]] = []
    times: list[list[str]] = []
    for when in sorted(infos):
        logins = {who.login for who in infos[when].members}
        place = next((n for n, each in enumerate(people) if each & logins or each == logins), None)
        if place is None:
            people.append(logins)
            times.append([when])
        else:
            people[place] |= logins
            times[place].append(when)
    told = [part for part, logins in zip(times, people, strict=True) if logins]
    return times if len(told) > 1 else [sorted(infos)]


def _hand_in(label: str, attempts: _Attempts, infos: Mapping[str, Info]) -> HandIn:
    times = sorted(attempts)
    with_file = [when for when in times if not all(file.is_info for file in attempts[when])]
    newest = (with_file or times)[-1]  # whoever only writes a comment does not take work back
    older, later = times[: times.index(newest)], times[times.index(newest) + 1 :]
    info = infos[newest]
    originals = dict(info.originals)
    return HandIn(
        id=label,
        members=info.members or (Who(login=label, label=label),),
        parts=tuple(
            Part(file.source, originals.get(file.source, file.file))
            for file in attempts[newest]
            if not file.is_info
        ),
        attempt=_time(newest) if len(times) > 1 else None,
        older=tuple(_described(when, attempts[when]) for when in older),
        beside=tuple(
            file.source
            for when, files in attempts.items()
            for file in files
            if when != newest or file.is_info
        ),
        typed=info.typed,
        notes=(*info.notes, *(_said_of_later(when, infos[when]) for when in later)),
    )


def _said_of_later(when: str, info: Info) -> str:
    more = ", but a typed text" if info.typed else ""
    return (
        f"A later attempt, of {_time(when)}, holds no file{more}; the newest that holds one counts."
    )


def _doubted(hand_in: HandIn, note: str) -> HandIn:
    """The same with a note; what is known by the name alone may be anybody's under that name."""
    known = hand_in.members != (by_name := (Who(login=hand_in.id, label=hand_in.id),))
    return replace(
        hand_in,
        members=hand_in.members if known else (replace(by_name[0], is_typed=True),),
        notes=(*hand_in.notes, note),
    )


def _described(when: str, files: Sequence[_File]) -> str:
    named = [file.file for file in files if file.file is not None]
    return f"{_time(when)} ({listed(named) if named else 'no file'})"


def _time(stamp: str) -> str:
    year, month, day, hour, minute, second = stamp.split("-")
    return f"{year}-{month}-{day} {hour}:{minute}:{second}"


BLACKBOARD = Layout(
    name="blackboard",
    title="Blackboard",
    form="assignment_login_attempt_time_file",
    fitting=_fitting,
    read=_read,
)
