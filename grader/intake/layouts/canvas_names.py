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
from itertools import islice
from math import isqrt
from statistics import median_low

_ANONYMOUS = re.compile(
    r"^(?P<first>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]{5})(?P<late>_LATE)?_(?P<id>\d+)_(?=.)"
)
# It takes nothing, so that forms that overlap are all found.
_NUMBERS = re.compile(r"(?<=.)(?=_(?P<user>\d+)_(?P<id>\d+)_.)")
_TYPED = re.compile(r"^(?P<name>.+)_(?P<user>\d+)_(?:text|link)\.html$")
_LATE = "_LATE"
_MOST_READINGS = 12
"""Of a name; what can be read in more ways may be anybody's. A date and a time make six."""
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
    is_anybodys: bool = False
    """Whether it can be read in more ways than are looked at."""


def has_form(source: str) -> bool:
    """Whether a name can be read at all."""
    return next(_readings(source), None) is not None


def _readings(source: str) -> Iterator[Reading]:
    """Every way to read a name, that with the longest name of a file first; none without form.

    A name may hold a hundred. One more than is looked at tells that there are more.
    """
    match = _ANONYMOUS.match(source)
    # Digits may be a person's number, too, and are read as one.
    if match is not None and (match["late"] or not match["user"].isdigit()):
        late = bool(match["first"] or match["late"])
        file = source[match.end() :]
        yield Reading(source, None, match["user"], int(match["id"]), file, late)
        return
    for match in islice(_NUMBERS.finditer(source), _MOST_READINGS + 1):
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


def tell_apart(sources: Sequence[str]) -> list[Read]:
    """Which reading of each name is right, as far as the numbers of them all tell.

    Args:
        sources: names that have the form.
    """
    # Most are right at once: few people's names end in a number.
    firsts = [next(_readings(source)) for source in sources]
    files = [each.number for each in firsts if each.user.isdigit() and each.number is not None]
    users = [int(each.user) for each in firsts if each.user.isdigit() and each.number is not None]
    if not files or median_low(files) < _APART * median_low(users):
        return [_read(source, None) for source in sources]
    border = isqrt(median_low(users) * median_low(files))
    return [_read(source, border) for source in sources]


def _read(source: str, border: int | None) -> Read:
    """A name as it is read, by the sizes of its numbers where a border is known between them.

    Where no reading is plausible by that, each may be right.
    """
    possible = list(_readings(source))
    plausible = [
        each for each in possible if border is None or _is_plausible(each, possible[0], border)
    ]
    read, *others = plausible or possible
    users = tuple(dict.fromkeys(other.user for other in others if other.user != read.user))
    if len(possible) > _MOST_READINGS:
        return Read(read, users or (read.user,), is_anybodys=True)
    return Read(read, users)


def _is_plausible(reading: Reading, first: Reading, border: int) -> bool:
    """Whether the numbers are a person's and a file's by their size.

    Some people come from other schools with greater numbers; the files of one homework do not.
    """
    is_file = reading.number is None or reading.number > border
    return is_file and (reading is first or int(reading.user) <= border)
