"""Student number and name in every name: `20231234_김철수_hw5.py`, `김철수(20231234)_hw5.py`.

So hand out several learning platforms of Korean universities, and so their students are asked to
name their files; files and folders alike.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who
from grader.intake.names import code_key
from grader.intake.suffixes import is_archive, is_source

_NUMBER = r"(?P<number>\d{4}-\d{4,6}|\d{7,10})"
_HANGUL = r"(?P<name>[가-힣]{2,5}|[가-힣]{1,2} [가-힣]{1,3})"
_OTHER = r"(?P<name>[^\W\d_]+(?:[ .'\u2019-]+[^\W\d_]+){1,4})"
_REST = r"(?:[ _-]+(?P<file>.+)|(?P<ending>(?:\.tar)?\.[A-Za-z0-9]{1,5}))?$"


def _forms(name: str) -> tuple[re.Pattern[str], ...]:
    forms = (
        rf"^{_NUMBER}[ _.-]*{name}(?![가-힣])",
        rf"^\[{_NUMBER}\][ _-]*{name}(?![가-힣])",
        rf"^{_NUMBER}[ _]*\({name}\)",
        rf"^{name}[ _]*\({_NUMBER}\)",
        rf"^{name}[ _-]*\[{_NUMBER}\]",
        rf"^{name}[ _-]+{_NUMBER}(?!\d)",
        rf"^(?:[A-Za-z]+ ?-?\d*|과제 ?-?\d*)[ _-]+{_NUMBER}[ _-]+{name}(?![가-힣])",
    )
    return tuple(re.compile(form + _REST) for form in forms)


_HANGUL_FORMS = _forms(_HANGUL)
_FORMS = (*_HANGUL_FORMS, *_forms(_OTHER))


def _match(name: str) -> re.Match[str] | None:
    return next((match for form in _FORMS if (match := form.match(name))), None)


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry.name for entry in entries if _match(entry.name))


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    del open_text
    # By both: somebody may mistype a number into that of somebody else.
    people: dict[tuple[str, str], list[tuple[Entry, re.Match[str]]]] = defaultdict(list)
    doubtful = []
    for entry in entries:
        if match := _match(entry.name):
            if _names_another(match):
                doubtful.append((entry, match))
            else:
                number = code_key(match["number"])
                people[number, _plain(match["name"])].append((entry, match))
    holders = Counter(number for number, _ in people)
    hand_ins = [
        _hand_in(parts, theirs[0][1], is_shared=holders[number] > 1)
        for (number, _), theirs in people.items()
        for parts in _works(theirs)
    ]
    # By itself: what names two people may be either's, and is nothing to replace a file with.
    return hand_ins + [_doubted(entry, match) for entry, match in doubtful]


def _names_another(match: re.Match[str]) -> bool:
    """Whether number and name of somebody else follow; a number alone may be a date."""
    rest = (form.match(match["file"] or "") for form in _HANGUL_FORMS)
    own = code_key(match["number"])
    return any(other and code_key(other["number"]) != own for other in rest)


def _works(
    parts: Sequence[tuple[Entry, re.Match[str]]],
) -> Iterator[Sequence[tuple[Entry, re.Match[str]]]]:
    """What is loose and what is packed, which are a work each, where what is loose may be one.

    Together, the one would take the place of the other, and anybody may have called it so.
    """
    packed = [each for each in parts if is_archive(each[0].name) and not each[0].is_folder]
    loose = [each for each in parts if each not in packed]
    if packed and any(entry.is_folder or is_source(entry.name) for entry, _ in loose):
        yield from (loose, packed)
    else:
        yield parts


def _doubted(entry: Entry, match: re.Match[str]) -> HandIn:
    hand_in = _hand_in([(entry, match)], match, is_shared=False)
    note = f"The name {entry.name} names more than one person; look at whose work this is."
    return replace(hand_in, notes=(note,))


def _plain(name: str) -> str:
    """A name without the marks between its words."""
    return re.sub(r"[\W_]", "", name).casefold()


def _hand_in(
    parts: Sequence[tuple[Entry, re.Match[str]]], who: re.Match[str], *, is_shared: bool
) -> HandIn:
    number, name = who["number"], who["name"]
    note = f"The number {number} stands with another name, too; one of the two may be mistyped."
    return HandIn(
        id=f"{number}_{name}",
        members=(Who(name=name, number=number, is_typed=True),),
        parts=tuple(
            Part(entry.name, None if entry.is_folder else match["file"] or entry.name)
            for entry, match in parts
        ),
        notes=(note,) if is_shared else (),
    )


KOREAN = Layout(
    name="korean",
    title="student numbers and names (학번, 이름)",
    form="number_name_file or name(number)_file",
    fitting=_fitting,
    read=_read,
)
