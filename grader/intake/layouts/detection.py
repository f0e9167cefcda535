"""Which layout a download has, told by how many of its names have the form of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.choices import LayoutName
from grader.errors import UsageError
from grader.intake.layouts.blackboard import BLACKBOARD
from grader.intake.layouts.canvas import CANVAS
from grader.intake.layouts.github_classroom import GITHUB_CLASSROOM
from grader.intake.layouts.gradescope import GRADESCOPE
from grader.intake.layouts.korean import KOREAN
from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Who
from grader.intake.layouts.moodle import MOODLE
from grader.intake.layouts.plain import PLAIN, is_work
from grader.intake.limits import MAX_OLDER
from grader.intake.names import as_id, as_text

_LAYOUTS: Final = (GRADESCOPE, BLACKBOARD, MOODLE, CANVAS, KOREAN, GITHUB_CLASSROOM)
"""The more a form demands, the earlier; of two that fit as many names, the earlier is taken."""
_BY_NAME: Final = {layout.name: layout for layout in (*_LAYOUTS, PLAIN)}


@dataclass(frozen=True)
class Choice:
    """The layout a download is read in, and why."""

    layout: Layout
    evidence: str
    """A sentence."""


def choose(entries: Sequence[Entry], forced: LayoutName | None = None) -> Choice:
    """The layout that more than half of the names have, else plain.

    Raises:
        UsageError: no name has the layout that was asked for.
    """
    if forced is not None:
        layout = _BY_NAME[forced]
        count = len(layout.fitting(entries))
        if not count and layout is not PLAIN:
            raise UsageError(
                f"--layout {forced} was asked for, and no name has its form, {layout.form}. "
                "Leave --layout out to have the layout found."
            )
        return Choice(layout, f"{_counted(layout, count, len(entries))} It was asked for.")
    counts = [(len(layout.fitting(entries)), layout) for layout in _LAYOUTS]
    count, layout = max(counts, key=lambda each: each[0])
    if 2 * count > len(entries):
        return Choice(layout, _counted(layout, count, len(entries)))
    return Choice(PLAIN, "Its names have the form of no LMS that is known here.")


def _counted(layout: Layout, count: int, total: int) -> str:
    if layout is PLAIN:
        return f"Each is {layout.form}."
    return f"{count:,} of {total:,} names have its form, {layout.form}."


def lay_out(
    entries: Sequence[Entry], choice: Choice, open_text: OpenText
) -> tuple[list[HandIn], list[Entry]]:
    """Read the entries; no two hand-ins have one id, and every entry is in one or passed over.

    Returns:
        The hand-ins by id, and the entries that are nobody's work.
    """
    fitting = choice.layout.fitting(entries)
    hand_ins = choice.layout.read([e for e in entries if e.name in fitting], open_text)
    others = [entry for entry in entries if entry.name not in fitting]
    note = f"Its name has not the form of {choice.layout.title}; it stands for itself."
    strays = PLAIN.read([entry for entry in others if is_work(entry)], open_text)
    hand_ins += [replace(stray, notes=(*stray.notes, note)) for stray in strays]
    return (
        _with_distinct_ids(sorted(hand_ins, key=lambda each: each.id)),
        [entry for entry in others if not is_work(entry)],
    )


def _with_distinct_ids(hand_ins: Sequence[HandIn]) -> list[HandIn]:
    """The same under ids that can name folders, and differ where case does not count, too."""
    ids = [as_id(hand_in.id) for hand_in in hand_ins]
    kept = {name.casefold(): place for place, name in reversed(list(enumerate(ids)))}
    distinct = []
    for place, (hand_in, name) in enumerate(zip(hand_ins, ids, strict=True)):
        free, number = name, 1
        while kept.setdefault(free.casefold(), place) != place:
            number += 1
            free = f"{name}-{number}"
        members = tuple(_textual(who) for who in hand_in.members)
        notes = tuple(map(as_text, hand_in.notes))
        older = _some(hand_in.older)
        distinct.append(replace(hand_in, id=free, members=members, notes=notes, older=older))
    return distinct


def _some(older: Sequence[str]) -> tuple[str, ...]:
    """Older attempts, each of bounded length; of many, some and how many more."""
    more = len(older) - MAX_OLDER
    if more <= 1:
        return tuple(older)
    return (*older[:MAX_OLDER], f"{more:,} more")


def _textual(who: Who) -> Who:
    """The same in characters that a result can hold, which names of files need not be."""

    def textual(text: str | None) -> str | None:
        return as_text(text) if text else None

    return replace(
        who,
        name=textual(who.name),
        number=textual(who.number),
        login=textual(who.login),
        email=textual(who.email),
        label=textual(who.label),
        otherwise=tuple(map(as_text, who.otherwise)),
    )
