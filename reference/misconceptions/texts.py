"""What every mistake is told with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """One mistake in words.

    Attributes:
        id: its name in results.
        title: what was done, as it ends the sentence "this is what comes out with ...".
        hint: for the student; leads to the mend and does not give the line away.
        explanation: for the instructor: what was probably thought, and what it does.
        course: where the course explains it.
    """

    id: str
    title: str
    hint: str
    explanation: str
    course: str
