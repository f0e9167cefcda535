"""Whose a hand-in is: what its names say of a person, looked up in a roster."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import IntEnum

from grader.intake.layouts import Who
from grader.intake.names import name_keys, phrases, spelling, words
from grader.intake.people.rosters import KINDS, Code, Kind, Roster

_SHORTEST_NUMBER = 4
"""Digits of a student number that is believed among other words."""


class Claim(IntEnum):
    """How well it is known that a hand-in is somebody's, the best first."""

    TOLD = 0
    """The learning platform says so."""
    WRITTEN = 1
    """The name of what was handed in is, or has in the place for it, that person's code or name."""
    MENTIONED = 2
    """It holds the code or name among other words, or something like it."""
    CONTRADICTED = 3
    """It holds somebody else's code as well."""


Owner = tuple[int, Claim]
"""Who on the roster, by index, and how well that is known."""


class Owners:
    """A roster, to be looked up in."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._codes: dict[tuple[Kind, str], int] = {}
        self._spelled: dict[tuple[Kind, str], int] = {}
        self._addresses: dict[str, set[int]] = defaultdict(set)
        self._names: dict[str, set[int]] = defaultdict(set)
        for index, person in enumerate(roster.people):
            for code in person.coded:
                self._codes[code.key] = index
                self._spelled[code.kind, spelling(code.text)] = index
                if code.kind == "email":
                    self._addresses[code.key[1].split("@")[0]].add(index)
            for key in name_keys(person.name or ""):
                self._names[key].add(index)

    def of(self, members: Sequence[Who]) -> tuple[list[Owner | None], list[str]]:
        """Whose each is, and notes on it.

        Codes come first for all, so that a namesake cannot take the place of whom a code names.
        """
        notes: list[str] = []
        coded = [self._by_code(who) for who in members]
        owners = list(coded)
        claims = Counter(owner[0] for owner in coded if owner is not None)
        disputed: set[int] = set()
        for place, who in enumerate(members):
            if (note := self._disputed(who, coded[place])) is not None:
                owners[place] = None
                disputed.add(place)
                notes.append(note)
            elif (note := self._outweighed(who, coded[place])) is not None:
                owners[place] = None
                notes.append(note)
            elif (decided := self._contradicted(who, coded[place], claims)) is not None:
                owner, note = decided
                owners[place] = owner, Claim.CONTRADICTED
                notes.append(note)
        taken = {owner[0] for owner in owners if owner is not None}
        for place, who in enumerate(members):
            if owners[place] is not None or who.otherwise or place in disputed:
                continue
            names, claim = self._by_name(who)
            found = set().union(*names)
            if len(found) > 1:
                notes.append(self._said_of_many(who, names))
            elif found and not (found & taken and codes_of(who)):
                owners[place] = found.pop(), claim
        return owners, notes

    def _said_of_many(self, who: Who, names: Sequence[set[int]]) -> str:
        lines = self._lines(set().union(*names))
        if all(name == names[0] for name in names):
            return f"{described(who)} may be any of the {lines}, which share that name."
        return f"{described(who)} names the people of {lines}; look at whose it is."

    def _disputed(self, who: Who, coded: Owner | None) -> str | None:
        """What to say where words of a label are one person's code and others another's name."""
        if coded is None or coded[1] is not Claim.MENTIONED or not _is_label_alone(who):
            return None
        found = set().union(*self._named_among(who.label or ""))
        if not found or coded[0] in found:
            return None
        line, place = self._roster.people[coded[0]].line, self._lines(found)
        return (
            f"{described(who)} holds the code of line {line} and the name of {place}; "
            "look at whose it is."
        )

    def _outweighed(self, who: Who, coded: Owner | None) -> str | None:
        """What to say where half a code is like one person's and the full name is another's.

        People choose addresses for themselves, and `jlee` is a login of one Lee among many.
        """
        if coded is None or coded[1] is not Claim.MENTIONED:
            return None
        found = self._named(who.name)
        if not found or coded[0] in found:
            return None
        return (
            f"{described(who)} has the name of {self._lines(found)} and something like the code "
            f"of line {self._roster.people[coded[0]].line}; the name is believed. "
            "Look at whose it is."
        )

    def _contradicted(
        self, who: Who, coded: Owner | None, claims: Counter[int]
    ) -> tuple[int, str] | None:
        """Whose it is where somebody typed one person's code and another's name, and a note on it.

        People type their own numbers into names of files, and sometimes another's. The name is
        believed, but where the one of that name has work of their own and the other has none.
        """
        if coded is None or not who.name or not who.is_typed:
            return None
        names, _ = self._by_name(who)
        found, (number, _) = set().union(*names), coded
        if len(found) != 1 or number in found or not self._roster.people[number].name:
            return None
        (name,) = found
        is_by_name = not claims[name] or claims[number] > 1
        taken, other = (name, number) if is_by_name else (number, name)
        words = ("by name", "the number") if is_by_name else ("by number", "the name")
        return taken, (
            f"{described(who)} is taken for line {self._roster.people[taken].line} of "
            f"{self._roster.source} {words[0]}; {words[1]} is that of line "
            f"{self._roster.people[other].line} and may be mistyped."
        )

    def _by_code(self, who: Who) -> Owner | None:
        """Whom a code names."""
        if who.otherwise:
            numbers = (who.number, *who.otherwise)
            return self._by_any_number(numbers) if who.number else None
        for code in codes_of(who):
            if (found := self._coded(code)) is not None:
                is_told = found[1] and not who.is_typed
                return found[0], Claim.TOLD if is_told else Claim.WRITTEN
        if who.label and (owner := self._labelled(who.label)) is not None:
            return owner, Claim.WRITTEN
        return self._mentioned(who)

    def _by_any_number(self, numbers: Sequence[str | None]) -> Owner | None:
        """The only one whom any of these names; of several, it may be the work of each."""
        found = {
            owner[0]
            for number in numbers
            if number and (owner := self._coded(Code("number", number))) is not None
        }
        return (found.pop(), Claim.WRITTEN) if len(found) == 1 else None

    def _coded(self, code: Code) -> tuple[int, bool] | None:
        """Whose a code is, and whether it stands in the column for such codes.

        A login may be a student number where the roster gives that person no login. Where it gives
        one, somebody else calls themselves like that number; people choose logins, and may choose
        digits. It is one only as it is written: `2023-1234` may be chosen beside `20231234`.
        """
        if code.key in self._codes:
            return self._codes[code.key], True
        is_given = code.kind == "number" and not code.key[1].isdigit()
        for kind in KINDS:
            owner = self._spelled.get((kind, spelling(code.text)))
            if owner is not None and (is_given or not self._has(owner, code.kind)):
                return owner, False
        return None

    def _has(self, owner: int, kind: Kind) -> bool:
        return any(code.kind == kind for code in self._roster.people[owner].coded)

    def _labelled(self, text: str) -> int | None:
        """Whose code it is that says not which of them it is: a student number first."""
        keys = (Code(kind, text).key for kind in KINDS)
        return next((self._codes[key] for key in keys if key in self._codes), None)

    def _mentioned(self, who: Who) -> Owner | None:
        """Whose code has something of it: half an address is a login, or a word a code."""
        halves = [spelling(code.text) for code in codes_of(who)]
        halves += [spelling(who.label)] if who.label else []
        for half in halves:
            if len(owners := self._addresses.get(half, set())) == 1:
                return next(iter(owners)), Claim.MENTIONED
        if who.email and (owner := self._labelled(who.email.split("@")[0])) is not None:
            return owner, Claim.MENTIONED
        found = {
            owner
            for word in words(who.label or "")
            if not _is_counting(word) and (owner := self._labelled(word)) is not None
        }
        return (found.pop(), Claim.MENTIONED) if len(found) == 1 else None

    def _by_name(self, who: Who) -> tuple[list[set[int]], Claim]:
        """Those of each name that is found, and how well it is known that it is meant."""
        label = who.label or ""
        uncounted = " ".join(word for word in words(label) if not _is_counting(word))
        candidates = (who.name, label, uncounted)  # `Lee 2` is Lee's second file
        if found := next(filter(None, map(self._named, candidates)), None):
            is_told = bool(codes_of(who)) and not who.is_typed
            return [found], Claim.TOLD if is_told else Claim.WRITTEN
        return (self._named_among(label) if _is_label_alone(who) else []), Claim.MENTIONED

    def _named_among(self, label: str) -> list[set[int]]:
        """Those of each name among a label's words; a part of a longer name is no name."""
        places: list[range] = []
        found = []
        for place, phrase in phrases(label):
            is_part = any(all(word in longer for word in place) for longer in places)
            if not is_part and (people := self._named(phrase)):
                places.append(place)
                found.append(people)
        return found

    def _named(self, name: str | None) -> set[int]:
        return set().union(*(self._names.get(key, set()) for key in name_keys(name or "")))

    def _lines(self, found: set[int]) -> str:
        lines = ", ".join(str(self._roster.people[each].line) for each in sorted(found))
        return f"line{'s' if len(found) > 1 else ''} {lines} of {self._roster.source}"


def _is_label_alone(who: Who) -> bool:
    """Whether nothing but a label tells who it is: beside a platform's name it tells no other."""
    return who.label is not None and not who.name and not codes_of(who)


def _is_counting(word: str) -> bool:
    """Whether it rather counts something than names a person, as in `Lee 2` or `hw 5`."""
    return word.isdigit() and len(word) < _SHORTEST_NUMBER


def described(who: Who) -> str:
    """Someone in words."""
    code = next((code.text for code in codes_of(who)), None)
    if who.name and code:
        return f"{who.name} ({code})"
    return who.name or code or who.label or "someone"


def codes_of(who: Who) -> list[Code]:
    """What the names say of someone's codes."""
    texts = zip(KINDS, (who.number, who.login, who.email), strict=True)
    return [Code(kind, text) for kind, text in texts if text]
