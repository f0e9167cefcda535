"""Who handed in, who did not, and who is a stranger: submitted and missing make up the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from grader.intake.layouts import Who
from grader.intake.names import code_key, name_keys, words
from grader.intake.rosters import Enrolled, Roster, code_owners
from grader.results import Person
from grader.sentences import listed

_SHORTEST_NUMBER = 4
"""Digits of a student number that is believed among other words."""


class Claim(IntEnum):
    """How well it is known that a hand-in is somebody's, the best first."""

    TOLD = 0
    """The learning platform says so."""
    WRITTEN = 1
    """The name of what was handed in is, or has in the place for it, that person's code or name."""
    MENTIONED = 2
    """It holds the code among other words, or something like it."""
    CONTRADICTED = 3
    """It holds somebody else's code as well."""


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
    theirs: dict[int, dict[HandedIn, Claim]] = defaultdict(dict)
    found: dict[tuple[str, Who], Enrolled] = {}
    strangers = []
    for owner, member in zip(owners, members, strict=True):
        if owner is None:
            strangers.append(member)
            continue
        hand_in, who = member
        index, claim = owner
        found[hand_in.id, who] = roster.people[index]
        theirs[index][hand_in] = min(claim, theirs[index].get(hand_in, claim))
    enrolled = []
    for index, person in enumerate(roster.people):
        ordered = _ordered(theirs.get(index, {}))
        enrolled.append(_present(person, ordered) if ordered else _missing(person))
        if len(ordered) > 1:
            notes.append(_said_of_several(person, ordered, roster))
    people = (*enrolled, *_strangers(strangers, on_roster=False))
    return Attendance(people, (*roster.notes, *notes), found)


def _ordered(claims: Mapping[HandedIn, Claim]) -> list[HandedIn]:
    """A person's hand-ins, the one that counts first.

    What the platform says is theirs comes before what only says so itself; of these, what can be
    read comes first, as people hand in again what was broken.
    """

    def rank(hand_in: HandedIn) -> tuple[bool, bool, Claim]:
        return claims[hand_in] is not Claim.TOLD, hand_in.is_broken, claims[hand_in]

    return sorted(claims, key=rank)


def _said_of_several(person: Enrolled, ordered: Sequence[HandedIn], roster: Roster) -> str:
    first, *others = (hand_in.id for hand_in in ordered)
    return (
        f"{listed([first, *others])} are all taken for the work of line {person.line} of "
        f"{roster.source}, {person.name or person.id}; {first} counts. Look at whose they are."
    )


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

    def owners(self, members: Sequence[Who]) -> tuple[list[tuple[int, Claim] | None], list[str]]:
        """Whose each is, by index in the roster, and how well that is known; and notes on it.

        Codes come first for all, so that a namesake cannot take the place of whom a code names.
        """
        notes: list[str] = []
        coded = [self._by_code(who) for who in members]
        owners = list(coded)
        for place, who in enumerate(members):
            others = {each[0] for n, each in enumerate(coded) if each is not None and n != place}
            if (decided := self._contradicted(who, coded[place], others)) is not None:
                owner, note = decided
                owners[place] = owner, Claim.CONTRADICTED
                notes.append(note)
        taken = {owner[0] for owner in owners if owner is not None}
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
                is_told = bool(_codes(who)) and not who.is_typed
                owners[place] = next(iter(found)), Claim.TOLD if is_told else Claim.WRITTEN
        return owners, notes

    def _contradicted(
        self, who: Who, coded: tuple[int, Claim] | None, others: Collection[int]
    ) -> tuple[int, str] | None:
        """Whose it is where somebody typed one person's code and another's name, and a note on it.

        People type their own numbers into names of files, and sometimes another's. The name is
        believed, but where the one of that name has work of their own and the other has none.
        """
        if coded is None or not who.name or not who.is_typed:
            return None
        found, (number, _) = self._by_name(who), coded
        if len(found) != 1 or number in found or not self._roster.people[number].name:
            return None
        (name,) = found
        is_by_name = name not in others or number in others
        taken, other = (name, number) if is_by_name else (number, name)
        words = ("by name", "the number") if is_by_name else ("by number", "the name")
        return taken, (
            f"{described(who)} is taken for line {self._roster.people[taken].line} of "
            f"{self._roster.source} {words[0]}; {words[1]} is that of line "
            f"{self._roster.people[other].line} and may be mistyped."
        )

    def _by_code(self, who: Who) -> tuple[int, Claim] | None:
        """Whom a code names."""
        for code in (*_codes(who), *([who.label] if who.label else [])):
            is_told = code in _codes(who) and not who.is_typed
            key = code_key(code)
            if key in self._codes:
                return self._codes[key], Claim.TOLD if is_told else Claim.WRITTEN
            if len(owners := self._addresses.get(key, set())) == 1:
                return next(iter(owners)), Claim.MENTIONED
        if who.email and (owner := self._codes.get(code_key(who.email.split("@")[0]))) is not None:
            return owner, Claim.MENTIONED
        found = {
            self._codes[key]
            for word in words(who.label or "")
            if (key := code_key(word)) in self._codes and not _is_counting(word)
        }
        return (next(iter(found)), Claim.MENTIONED) if len(found) == 1 else None

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


def _present(person: Enrolled, ordered: Sequence[HandedIn]) -> Person:
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
        codes = [] if who.is_typed else _codes(who)  # whoever types a number may take another's
        key = next((code_key(code) for code in codes), f"\0{hand_in.id}\0{described(who)}")
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
