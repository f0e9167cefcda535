"""Blackboard: `HW 5_alovelace_attempt_2026-05-31-23-59-58_hw5.py`, flat, all attempts.

Beside each attempt lies `HW 5_alovelace_attempt_2026-05-31-23-59-58.txt`, which says who it is and
what the files were called. A group's attempt has the group's name in the place of a login.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who
from grader.intake.limits import MAX_INFO_BYTES

# The first form in a name is Blackboard's. What follows it is what the author called the file, and
# may hold the form again, with somebody else's login and a later time.
_FORM = re.compile(
    r"^(?P<head>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<info>\.txt))$"
)
_PERSON = re.compile(r"(?P<name>[^(),;:]+?)\s*\((?P<login>[^()\s]+)\)")
_PEOPLE_LINE = re.compile(r"^\s*(?:Name|Group Members?|Members?|이름|그룹 구성원)\s*:(?P<rest>.*)$")
_ORIGINAL = re.compile(
    r"^\s*(?:Original filename|원래 파일 이름|원본 파일 이름)\s*:\s*(?P<name>.+?)\s*$"
)
_STORED = re.compile(r"^\s*(?:Filename|파일 이름)\s*:\s*(?P<name>.+?)\s*$")
_TYPED = re.compile(r"^Submission Field:\s*$(?P<text>.*?)^Comments:", re.MULTILINE | re.DOTALL)
_NOTHING_TYPED = "There is no student submission text data"


@dataclass(frozen=True)
class _Info:
    """What the text beside an attempt says."""

    members: tuple[Who, ...] = ()
    originals: tuple[tuple[str, str], ...] = ()
    """Names in the download and what they were before."""
    typed: bool = False
    notes: tuple[str, ...] = ()


_Attempts = dict[str, list[re.Match[str]]]
"""The files of each attempt, by its time."""
_SHARED = "Attempts of different people stand under the name {}; look at whose this one is."
_ALONE = "The text beside it names others, too; it is taken for the work of {} alone, who sent it."


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _FORM.match(entry.name))


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    heads: dict[str, dict[str, list[re.Match[str]]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if match := _FORM.match(entry.name):
            heads[match["head"]][match["when"]].append(match)
    assignment = _assignment(list(heads))
    hand_ins = []
    for head, attempts in heads.items():
        label = head.removeprefix(assignment)
        infos = {when: _info(head, files, read_text) for when, files in attempts.items()}
        parts = _by_people(infos)
        for times in parts:
            hand_in = _hand_in(label, {when: attempts[when] for when in times}, infos)
            hand_ins.append(_doubted(hand_in, label) if len(parts) > 1 else hand_in)
    return hand_ins


def _assignment(heads: Sequence[str]) -> str:
    """What stands before the login in every name, which may hold underscores as logins may."""
    prefix = heads[0][: heads[0].rfind("_") + 1]
    while not all(head.startswith(prefix) and head != prefix for head in heads):
        prefix = prefix[: prefix.rfind("_", 0, -1) + 1]
    return prefix


def _info(head: str, matches: Sequence[re.Match[str]], read_text: ReadText) -> _Info:
    texts = [match.string for match in matches if match["info"]]
    return _of_sender(head, _parse(read_text(texts[0], MAX_INFO_BYTES))) if texts else _Info()


def _of_sender(head: str, info: _Info) -> _Info:
    """The same without other people, where the name of the files says whose alone it is.

    Otherwise a full name that holds somebody's login in brackets would make two people of one.
    """
    senders = [who for who in info.members if head.endswith(f"_{who.login}")]
    if len(info.members) < 2 or not senders:
        return info
    sender = max(senders, key=lambda who: len(who.login or ""))
    return replace(info, members=(sender,), notes=(_ALONE.format(sender.login),))


def _by_people(infos: Mapping[str, _Info]) -> list[list[str]]:
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


def _hand_in(label: str, attempts: _Attempts, infos: Mapping[str, _Info]) -> HandIn:
    *older, newest = sorted(attempts)
    info = infos[newest]
    originals = dict(info.originals)
    return HandIn(
        id=label,
        members=info.members or (Who(login=label, label=label),),
        parts=tuple(
            Part(match.string, originals.get(match.string, match["file"]))
            for match in attempts[newest]
            if match["file"]
        ),
        attempt=_time(newest) if older else None,
        older=tuple(_described(when, attempts[when]) for when in older),
        typed=info.typed,
        notes=info.notes,
    )


def _doubted(hand_in: HandIn, label: str) -> HandIn:
    """The same with a note; what is known by the name alone may be anybody's under that name."""
    known = hand_in.members != (by_name := (Who(login=label, label=label),))
    return replace(
        hand_in,
        members=hand_in.members if known else (replace(by_name[0], is_typed=True),),
        notes=(*hand_in.notes, _SHARED.format(label)),
    )


def _described(when: str, matches: Sequence[re.Match[str]]) -> str:
    files = ", ".join(match["file"] for match in matches if match["file"])
    return f"{_time(when)} ({files or 'no file'})"


def _time(stamp: str) -> str:
    year, month, day, hour, minute, second = stamp.split("-")
    return f"{year}-{month}-{day} {hour}:{minute}:{second}"


def _parse(text: str) -> _Info:
    typed = _TYPED.search(text)
    return _Info(
        members=tuple(dict.fromkeys(_members(text))),
        originals=tuple(_originals(text)),
        typed=bool(typed and typed["text"].strip() and _NOTHING_TYPED not in typed["text"]),
    )


def _members(text: str) -> Iterator[Who]:
    # What the student typed comes after this and may hold such lines as well.
    head = text.partition("Submission Field:")[0]
    for line in head.splitlines()[:50]:
        if match := _PEOPLE_LINE.match(line):
            for person in _PERSON.finditer(match["rest"]):
                yield Who(name=person["name"].strip(), login=person["login"])


def _originals(text: str) -> Iterator[tuple[str, str]]:
    original = None
    for line in text.splitlines():
        if match := _ORIGINAL.match(line):
            original = match["name"]
        elif (match := _STORED.match(line)) and original is not None:
            yield match["name"], original
            original = None


BLACKBOARD = Layout(
    name="blackboard",
    title="Blackboard",
    form="assignment_login_attempt_time_file",
    fitting=_fitting,
    read=_read,
)
