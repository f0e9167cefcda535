"""A score out of a maximum, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report import wording


@dataclass(frozen=True)
class Share:
    """A score as text and as percentages of the maximum, for rings and bars."""

    score: str
    max_score: str
    earned: float
    left_out: float
    asked: float


def share(score: float, max_score: float, left_out: float = 0.0) -> Share:
    """A score out of a maximum; percentages are kept within 0 and 100 whatever the points are."""
    part = 100.0 / max_score if max_score > 0 else 0.0
    earned = min(max(score * part, 0.0), 100.0)
    unasked = min(max(left_out * part, 0.0), 100.0 - earned)
    return Share(
        score=wording.points(score),
        max_score=wording.points(max_score),
        earned=round(earned, 2),
        left_out=round(unasked, 2),
        asked=round(100.0 - unasked, 2),
    )
