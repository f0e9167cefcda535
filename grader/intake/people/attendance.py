"""Who handed in, who did not, and who is a stranger: submitted and missing make up the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.intake.layouts import Who
from grader.intake.people.owners import Claim, Owners, codes_of, described
from grader.intake.people.rosters import Enrolled, Roster
from grader.results import Person
from grader.sentences import listed


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
        people = tuple(_strangers(members, on_roster=None))
        return Attendance(people, tuple(_said_of_namesakes(members)))
    owners, notes = Owners(roster).of([who for _, who in members])
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
        ordered = _ordered(person, theirs.get(index, {}))
        enrolled.append(_present(person, ordered) if ordered else _missing(person))
        if len(ordered) > 1:
            notes.append(_said_of_several(person, ordered, roster))
    notes += _said_of_namesakes(strangers)
    everyone = (*enrolled, *_strangers(strangers, on_roster=False))
    return Attendance(everyone, (*roster.notes, *notes), found)


def _ordered(person: Enrolled, claims: Mapping[HandedIn, Claim]) -> list[HandedIn]:
    """A person's hand-ins, the one that counts first.

    What the platform says is theirs comes before what only says so itself; of these, what can be
    read comes first, as people hand in again what was broken. Of two that are called alike but for
    case, one may be somebody else's: what the roster's spelling is comes first.
    """
    spelled = {*person.codes, person.name}

    def rank(hand_in: HandedIn) -> tuple[bool, bool, Claim, bool]:
        is_spelled = any(who.label in spelled for who in hand_in.members)
        is_told = claims[hand_in] is Claim.TOLD
        return not is_told, hand_in.is_broken, claims[hand_in], not is_spelled

    return sorted(claims, key=rank)


def _said_of_several(person: Enrolled, ordered: Sequence[HandedIn], roster: Roster) -> str:
    first, *others = (hand_in.id for hand_in in ordered)
    return (
        f"{listed([first, *others])} are all taken for the work of line {person.line} of "
        f"{roster.source}, {person.name or person.id}; {first} counts. Look at whose they are."
    )


def _said_of_namesakes(members: Iterable[tuple[HandedIn, Who]]) -> Iterator[str]:
    """What to say of hand-ins that only typed names make one person's, who is on no roster."""
    theirs: dict[Who, list[str]] = defaultdict(list)
    for hand_in, who in members:
        if who.is_typed:
            theirs[who].append(hand_in.id)
    for who, ids in theirs.items():
        if len(ids) > 1:
            yield (
                f"{listed(ids)} all have the name and number of {described(who)}. Each stands for "
                "itself; look at whose they are."
            )


def identifier(who: Who) -> str:
    """What a result calls someone who is known from names of files alone."""
    if who.otherwise and who.name:
        return who.name  # the number may be another's
    return who.number or who.login or who.email or who.label or who.name or ""


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
    theirs: Mapping[tuple[str, ...], list[tuple[HandedIn, Who]]] = defaultdict(list)
    for hand_in, who in members:
        theirs[_told_by(hand_in, who)].append((hand_in, who))
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


def _told_by(hand_in: HandedIn, who: Who) -> tuple[str, ...]:
    """What tells someone from others: a code, or the whole of a name; else the hand-in itself.

    Whoever types a number may take another's.
    """
    codes = [] if who.is_typed else codes_of(who)
    if codes:
        return codes[0].key
    if who.label and not (who.name or who.is_typed):
        return (who.label,)
    return "hand-in", hand_in.id, described(who)
