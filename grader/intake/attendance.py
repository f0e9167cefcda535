"""Who handed in, who did not, and who is a stranger: submitted and missing make up the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.intake.layouts import Who
from grader.intake.names import code_key, name_keys, words
from grader.intake.rosters import Enrolled, Roster, code_owners
from grader.results import Person

_SHORTEST_NUMBER = 4
"""Digits of a student number that is believed among other words."""


@dataclass(frozen=True)
class HandedIn:
    """What attendance asks of a submission."""

    id: str
    members: tuple[Who, ...]
    late: bool = False
    is_broken: bool = False


@dataclass(frozen=True)
class Attendance:
    """Everyone, once: the roster in its order, then those who are not on it."""

    people: tuple[Person, ...]
    notes: tuple[str, ...] = ()
    enrolled: Mapping[tuple[str, Who], Enrolled] = field(default_factory=dict)
    """Who on the roster a member of a submission, given by its id, is."""


def take_attendance(hand_ins: Sequence[HandedIn], roster: Roster | None) -> Attendance:
    """Map everyone who handed in to the roster, by code if possible, else by name.

    Without a roster everyone stands for themselves.
    """
    members = [(hand_in, who) for hand_in in hand_ins for who in hand_in.members]
    if roster is None:
        return Attendance(tuple(_strangers(members, on_roster=None)))
    owners, notes = _Index(roster).owners([who for _, who in members])
    theirs: dict[int, list[HandedIn]] = defaultdict(list)
    found: dict[tuple[str, Who], Enrolled] = {}
    strangers = []
    for owner, member in zip(owners, members, strict=True):
        if owner is None:
            strangers.append(member)
            continue
        hand_in, who = member
        found[hand_in.id, who] = roster.people[owner]
        if hand_in not in theirs[owner]:
            theirs[owner].append(hand_in)
    enrolled = [
        _present(person, theirs[index]) if theirs.get(index) else _missing(person)
        for index, person in enumerate(roster.people)
    ]
    people = (*enrolled, *_strangers(strangers, on_roster=False))
    return Attendance(people, (*roster.notes, *notes), found)


class _Index:
    """A roster, to be looked up in."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._codes = dict(code_owners(roster))
        self._addresses: dict[str, set[int]] = defaultdict(set)
        self._names: dict[str, set[int]] = defaultdict(set)
        for code, index in self._codes.items():
            if "@" in code:
                self._addresses[code.split("@")[0]].add(index)
        for index, person in enumerate(roster.people):
            for key in name_keys(person.name or ""):
                self._names[key].add(index)

    def owners(self, members: Sequence[Who]) -> tuple[list[int | None], list[str]]:
        """Whose each is, by index in the roster; and what a reader should know of it.

        Codes come first for all, so that a namesake cannot take the place of whom a code names.
        """
        notes: list[str] = []
        owners = [self._by_code_unless_mistyped(who, notes) for who in members]
        taken = {owner for owner in owners if owner is not None}
        for place, who in enumerate(members):
            if owners[place] is not None:
                continue
            found = self._by_name(who)
            if len(found) > 1:
                lines = ", ".join(str(self._roster.people[each].line) for each in sorted(found))
                notes.append(
                    f"{described(who)} may be any of the lines {lines} of {self._roster.source}, "
                    "which share that name."
                )
            elif found and not (found & taken and _codes(who)):
                owners[place] = next(iter(found))
        return owners, notes

    def _by_code_unless_mistyped(self, who: Who, notes: list[str]) -> int | None:
        """Whose code it is; where that person has another name, and just one has this, whose name.

        People type their own numbers into names of files, and sometimes another's.
        """
        owner = self._by_code(who)
        if owner is None or not who.name:
            return owner
        found = self._by_name(who)
        if len(found) != 1 or owner in found or not self._roster.people[owner].name:
            return owner
        named = next(iter(found))
        notes.append(
            f"{described(who)} is taken for line {self._roster.people[named].line} of "
            f"{self._roster.source} by name; the number is that of line "
            f"{self._roster.people[owner].line} and may be mistyped."
        )
        return named

    def _by_code(self, who: Who) -> int | None:
        for code in (*_codes(who), *([who.label] if who.label else [])):
            key = code_key(code)
            if key in self._codes:
                return self._codes[key]
            if len(owners := self._addresses.get(key, set())) == 1:
                return next(iter(owners))
        if who.email and (owner := self._codes.get(code_key(who.email.split("@")[0]))) is not None:
            return owner
        found = {
            self._codes[key]
            for word in words(who.label or "")
            if (key := code_key(word)) in self._codes and not _is_counting(word)
        }
        return next(iter(found)) if len(found) == 1 else None

    def _by_name(self, who: Who) -> set[int]:
        label = who.label or ""
        uncounted = " ".join(word for word in words(label) if not _is_counting(word))
        for name in (who.name, label, uncounted):  # `Lee 2` is Lee's second file
            keys = name_keys(name or "")
            if found := set().union(*(self._names.get(key, set()) for key in keys)):
                return found
        return set()


def _is_counting(word: str) -> bool:
    """Whether it rather counts something than names a person, as in `Lee 2` or `hw 5`."""
    return word.isdigit() and len(word) < _SHORTEST_NUMBER


def described(who: Who) -> str:
    """Someone in words."""
    code = next(iter(_codes(who)), None)
    if who.name and code:
        return f"{who.name} ({code})"
    return who.name or code or who.label or "someone"


def identifier(who: Who) -> str:
    """What a result calls someone who is known from names of files alone."""
    return who.number or who.login or who.email or who.label or who.name or ""


def _codes(who: Who) -> list[str]:
    return [code for code in (who.number, who.login, who.email) if code]


def _present(person: Enrolled, hand_ins: Sequence[HandedIn]) -> Person:
    ordered = sorted(hand_ins, key=lambda each: each.is_broken)  # what can be read comes first
    return Person(
        id=person.id,
        name=person.name,
        status="submitted",
        on_roster=True,
        submission=ordered[0].id,
        late=ordered[0].late,
        other_submissions=tuple(each.id for each in ordered[1:]),
    )


def _missing(person: Enrolled) -> Person:
    return Person(id=person.id, name=person.name, status="missing", on_roster=True)


def _strangers(
    members: Iterable[tuple[HandedIn, Who]], *, on_roster: bool | None
) -> Iterator[Person]:
    """Everyone who is on no roster, once, even with several submissions."""
    theirs: Mapping[str, list[tuple[HandedIn, Who]]] = defaultdict(list)
    for hand_in, who in members:
        key = next((code_key(code) for code in _codes(who)), f"\0{hand_in.id}\0{described(who)}")
        theirs[key].append((hand_in, who))
    for entries in theirs.values():
        (hand_in, who), others = entries[0], entries[1:]
        yield Person(
            id=identifier(who),
            name=who.name,
            status="submitted",
            on_roster=on_roster,
            submission=hand_in.id,
            late=hand_in.late,
            other_submissions=tuple(dict.fromkeys(other.id for other, _ in others)),
        )
