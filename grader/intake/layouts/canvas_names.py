"""The names of Canvas's files taken apart, which some can be in more than one way.

`eve_4711_4712_90210_hw5.py` is what Eve, number 4712, handed in who calls herself `eve_4711`, or
a file `90210_hw5.py` of number 4711. People choose their names and those of their files, and many
begin a file's name with their student number; the numbers of people and of files are Canvas's own.
It has counted far more files than people, so that each is told from the other by its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isqrt
from statistics import median_low

_ANONYMOUS = re.compile(
    r"^(?P<first>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]{5})(?P<late>_LATE)?_(?P<id>\d+)_(?=.)"
)
# It takes nothing, so that forms that overlap are all found.
_NUMBERS = re.compile(r"(?<=.)(?=_(?P<user>\d+)_(?P<id>\d+)_.)")
_TYPED = re.compile(r"^(?P<name>.+)_(?P<user>\d+)_(?:text|link)\.html$")
_LATE = "_LATE"
_APART = 2
"""How many times as large as a person's a file's number must be at least to tell them apart."""


@dataclass(frozen=True)
class Reading:
    """One way in which a name can be read."""

    source: str
    name: str | None
    """None where grading is anonymous."""
    user: str
    number: int | None = None
    """The file's."""
    file: str | None = None
    """What its author called it; None for what was typed in."""
    late: bool = False


@dataclass(frozen=True)
class Read:
    """A name as it is read, and the other people whose it may be."""

    reading: Reading
    otherwise: tuple[str, ...] = ()


def readings(source: str) -> tuple[Reading, ...]:
    """Every way to read a name, that with the longest name of a file first; none without form."""
    match = _ANONYMOUS.match(source)
    # Digits may be a person's number, too, and are read as one.
    if match is not None and (match["late"] or not match["user"].isdigit()):
        late = bool(match["first"] or match["late"])
        file = source[match.end() :]
        return (Reading(source, None, match["user"], int(match["id"]), file, late),)
    return tuple(_numbered(source))


def _numbered(source: str) -> Iterator[Reading]:
    for match in _NUMBERS.finditer(source):
        name, late = _without_mark(source[: match.start()])
        file = source[match.end("id") + 1 :]
        yield Reading(source, name, match["user"], int(match["id"]), file, late)
    if typed := _TYPED.match(source):
        name, late = _without_mark(typed["name"])
        yield Reading(source, name, typed["user"], late=late)


def _without_mark(head: str) -> tuple[str | None, bool]:
    """A name without the mark of late work, and whether it had one."""
    if head in ("anon", "LATE_anon"):
        return None, head != "anon"
    late = head.endswith(_LATE) and head != _LATE
    return (head.removesuffix(_LATE) if late else head), late


def tell_apart(names: Sequence[tuple[Reading, ...]]) -> list[Read]:
    """Which reading of each name is right, as far as the numbers of them all tell.

    Args:
        names: the readings of each, at least one.
    """
    # Most are right at once: few people's names end in a number.
    firsts = [each[0] for each in names if each[0].user.isdigit() and each[0].number is not None]
    users = [int(first.user) for first in firsts]
    files = [first.number for first in firsts if first.number is not None]
    border = isqrt(median_low(users) * median_low(files)) if firsts else 0
    if not firsts or median_low(files) < _APART * median_low(users):
        return [_read(each) for each in names]
    return [_read(_plausible(each, border) or each) for each in names]


def _read(possible: tuple[Reading, ...]) -> Read:
    first, *others = possible
    users = dict.fromkeys(other.user for other in others if other.user != first.user)
    return Read(first, tuple(users))


def _plausible(each: tuple[Reading, ...], border: int) -> tuple[Reading, ...]:
    """The readings whose numbers are a person's and a file's by their size.

    Some people come from other schools with greater numbers; the files of one homework do not.
    """
    return tuple(
        reading
        for reading in each
        if (reading.number is None or reading.number > border)
        and (reading is each[0] or int(reading.user) <= border)
    )
