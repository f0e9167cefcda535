"""Parts of sentences that several modules write."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5
"""Items that are named one by one; of more, how many."""


def listed(items: Sequence[str]) -> str:
    """The first items and how many more there are: `a, b and 3 more`.

    Args:
        items: at least one.
    """
    more = len(items) - NAMED
    shown = [*items[:NAMED], *([f"{more:,} more"] if more > 0 else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 cell`, `3 cells`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
