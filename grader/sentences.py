"""Parts of sentences that several modules write."""

from __future__ import annotations

from collections.abc import Sequence

from grader.language import N_, _

WITH_CASE = N_("for {case}: {reason}")
"""How a reason says of which case it speaks; whoever counts reasons looks for the rest of it."""
NAMED = 5
"""Items that are named one by one; of more, how many."""


def listed(items: Sequence[str]) -> str:
    """The first items and how many more there are: `a, b and 3 more`.

    Args:
        items: at least one.
    """
    more = len(items) - NAMED
    if more > 0:
        return and_more(items[:NAMED], more)
    *before, last = items
    return _("{items} and {last}", items=", ".join(before), last=last) if before else last


def and_more(items: Sequence[str], more: int) -> str:
    """Items, and how many there are besides these."""
    return _("{items} and {number:,} more", items=", ".join(items), number=more)


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 cell`, `3 cells`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
