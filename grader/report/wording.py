"""The words and figures of the pages: names of runs and statuses, points, percentages.

What a student's page has too is marked; the words of the instructor's pages alone are English.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from grader.language import N_, _, plural
from grader.report.text import clean_line
from grader.results import (
    CheckStatus,
    DataInfo,
    OptimizerInfo,
    RunName,
    RunResult,
    RunStatus,
)
from grader.sentences import and_more

NBSP = "\u00a0"
DASH = "\u2013"
MINUS = "\u2212"

RUN_TITLES: dict[RunName, str] = {
    "barebones": N_("Barebones PyTorch"),
    "module": "nn.Module",
    "sequential_fc": N_("nn.Sequential, two layers"),
    "sequential_convnet": N_("nn.Sequential, ConvNet"),
    "challenge": N_("CIFAR-10 challenge"),
}
CHECK_WORDS: dict[CheckStatus, str] = {
    CheckStatus.PASSED: N_("Passed"),
    CheckStatus.PARTIAL: N_("Partly passed"),
    CheckStatus.FAILED: N_("Not passed"),
    CheckStatus.SKIPPED: N_("Not run"),
    CheckStatus.ERROR: N_("Grader error"),
}
RUN_WORDS: dict[RunStatus, str] = {
    RunStatus.REACHED: N_("Reached"),
    RunStatus.MISSED: N_("Missed"),
    RunStatus.FAILED: N_("Failed"),
    RunStatus.NOT_FOUND: N_("Not found"),
    RunStatus.SKIPPED: N_("Not run"),
}
RUN_TONES: dict[RunStatus, CheckStatus] = {
    RunStatus.REACHED: CheckStatus.PASSED,
    RunStatus.MISSED: CheckStatus.FAILED,
    RunStatus.FAILED: CheckStatus.FAILED,
    RunStatus.NOT_FOUND: CheckStatus.FAILED,
    RunStatus.SKIPPED: CheckStatus.SKIPPED,
}
"""A run is drawn with the symbol and colour of the check status that is nearest in meaning."""
SUBMISSION_WORDS: dict[Literal["graded", "ungraded"], str] = {
    "graded": "Graded",
    "ungraded": "Not graded",
}
STATE_WORDS = {
    "ungraded": "Not graded",
    "full": "Full marks",
    "lost": "Lost points",
    "flagged": "Flagged",
    "near": "Near miss",
    "error": "Grader error",
    "late": "Late",
    "adjusted": "Adjusted by hand",
}
"""What the table of submissions can be filtered by; a submission may be in several."""
CONCERNS = {
    "ungraded": ("Not graded", "No check was run on these, so they have no score of their own."),
    "error": ("Grader errors", "torchgrade itself failed here; points may be missing."),
    "flagged": ("Flags", "What was noticed. A flag takes no points by itself."),
    "near": (
        "Near misses",
        "So close to a threshold that further seeds were tried; none of them reached it.",
    ),
}
"""What a person has to look at, the most urgent first: heading and hint."""

_SETTINGS_SHOWN = 12


def run_title(name: RunName) -> str:
    """What a run is called."""
    return _(RUN_TITLES[name])


def check_word(status: CheckStatus) -> str:
    """How a check ended."""
    return _(CHECK_WORDS[status])


def run_word(status: RunStatus) -> str:
    """How a run ended."""
    return _(RUN_WORDS[status])


def points(value: float) -> str:
    """Points with at most two decimals: 12, 7.5."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def point_count(value: float) -> str:
    """Points with their noun: 1 point, 42 points."""
    text = points(value)
    return plural("{points} point", "{points} points", plural_of(float(text)), points=text)


def plural_of(quantity: float) -> int:
    """By what number the form of a plural is chosen: a part of a thing has that of none."""
    return int(quantity) if float(quantity).is_integer() else 0


def signed_points(value: float) -> str:
    """Points that are given or taken, with their sign: +3 points."""
    return f"{MINUS if value < 0 else '+'}{point_count(abs(value))}"


def percent(share: float | None) -> str:
    """A measured share, one decimal: 47.3 %; a dash when there is none, or no number."""
    return DASH if share is None or not math.isfinite(share) else f"{100 * share:.1f}{NBSP}%"


def threshold(share: float) -> str:
    """A threshold as the homework writes it: 42 %."""
    return f"{points(100 * share)}{NBSP}%"


def number(value: float) -> str:
    """A count or a quantity with thousands separated: 1,530, 1, 0.5."""
    if not math.isfinite(value):
        return DASH
    return f"{round(value):,}" if value == round(value) else f"{value:,.2f}".rstrip("0")


def epochs(value: float) -> str:
    """How often the training images were gone through: 1 epoch, 10 epochs."""
    return plural(
        "{epochs}\u00a0epoch", "{epochs}\u00a0epochs", plural_of(value), epochs=number(value)
    )


def near_miss(title: str, run: RunResult) -> str:
    """How far a run stayed below its threshold."""
    seeds = f", the best of {len(run.seeds)} trainings" if len(run.seeds) > 1 else ""
    asked = threshold(run.threshold)
    return f"{title}: {percent(run.best_val_accuracy)}{seeds}; {asked} is asked for."


_SILENT_WHEN_ZERO = {"dampening", "weight_decay", "nesterov"}
"""Settings that are PyTorch's default, and of no interest, when they are zero or off."""


def settings(optimizer: OptimizerInfo | None) -> str:
    """The settings of an optimizer on one line: lr 0.003, momentum 0.9, nesterov yes."""
    if optimizer is None:
        return ""
    words = [
        f"{clean_line(name, 40)} {_setting(value)}"
        for name, value in optimizer.settings.items()
        if value or name not in _SILENT_WHEN_ZERO
    ]
    hidden = len(words) - _SETTINGS_SHOWN
    return and_more(words[:_SETTINGS_SHOWN], hidden) if hidden > 0 else ", ".join(words)


def seeds(numbers: Sequence[int]) -> str:
    """The seeds of a run: seed 7, or seeds 7, 8."""
    if not numbers:
        return ""
    named = ", ".join(str(number) for number in numbers)
    return plural("seed {seeds}", "seeds {seeds}", len(numbers), seeds=named)


def _setting(value: float | bool | str | None) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return clean_line(value, 60)
    return f"{value:g}"


def is_synthetic(data: DataInfo | None) -> bool:
    """Whether the accuracies were measured on generated images."""
    return data is not None and data.name.lower().startswith("synthetic")
