"""Every sentence and label of a student's page; `wording` has the names and figures in them.

A further language is another version of these two modules: the template has no words of its own,
which a test sees to. Sentences are whole here, never joined from halves, as other languages have
another order. What checks and runs give as their reasons is written where it is found out.
"""

from __future__ import annotations

from grader.report import wording

EYEBROW = "Grading report"
UNNAMED = "Unnamed submission"
NO_ENTRY = "no file to run"
NO_REASON = "No reason was recorded."

CANNOT_BE_GRADED = "This submission could not be graded"
NOT_CHECKED = "No check was run, so no score was given."
NOT_CHECKED_BUT_ADJUSTED = "No check was run, so the score is what was given by hand."

ADJUSTED = "Adjusted by hand"
WHOLE_WORK = "The whole work"
DECIDED_BY = "by"

QUESTIONS = "Questions"
NO_POINTS = "no points"
READ_ON = "To read on"

RUNS = "Training runs"
RUNS_TABLE = "Table of training runs"
RUNS_LEAD = (
    "Accuracies were measured by the grader on images the network was not trained on: val. is the "
    "validation split."
)
RUN = "Run"
RESULT = "Result"
THRESHOLD = "Threshold"
BEST = "Best val."
FINAL = "Final val."
TEST = "Test"
ITERATIONS = "Iterations"
OPTIMIZER = "Optimizer"
VALIDATION_ACCURACY = "Validation accuracy"
TRAINING_LOSS = "Training loss"
ITERATION = "iteration"

INTEGRITY = "For a person to look at"
INTEGRITY_LEAD = (
    "The grader noticed the following. That alone takes no points, and there may well be a good "
    "explanation; where a run does not count, its check says why."
)
NOTES = "Notes"

PROVENANCE = "How this was graded"
SUBMISSION = "Submission"
FILES = "Files"
DATA = "Data"
RUBRIC = "Rubric"
REFERENCE = "Reference"
KEY = "Key"
ISOLATION = "Isolation"
GRADED = "Graded"
NONE = "none"

WITHOUT_DATA = "Graded without image data."
NO_ACCURACY = "No accuracy was measured."
SYNTHETIC = "Graded on synthetic data, not on CIFAR-10."
GRADED_ON = "Graded on"


def title(name: str, score: str | None) -> str:
    """Of the page: whose it is, and the score, where there is one."""
    return f"{name}: {score or 'not graded'}"


def score(points: str, max_points: str) -> str:
    """A score in words: 38.5 of 100."""
    return f"{points} of {max_points}"


def out_of(max_points: str) -> str:
    """The maximum under a score."""
    return f"of {max_points}"


def score_label(points: str, max_points: str) -> str:
    """The score for who cannot see the ring around it."""
    return f"Score: {points} of {max_points}"


def verdict(lost: float, left_out: float, unsettled: float) -> str:
    """What the score means.

    Args:
        lost: points that were asked for and not given.
        left_out: points that were not asked for.
        unsettled: of the lost ones, those that went missing because torchgrade failed.
    """
    if lost <= 0:
        whole = "Everything that was asked for is right."
        return whole if left_out > 0 else "Full marks. Every point was earned."
    text = f"{wording.point_count(lost)} lost. Each one is explained below."
    if unsettled <= 0:
        return text
    return (
        f"{text} Of these, {wording.points(unsettled)} could not be settled because the grader "
        "itself failed; that is not your fault."
    )


def training_left_out(left_out: float, max_score: float) -> str:
    """That runs were not trained on request."""
    return f"Training was left out on request: {_not_asked_for(left_out, max_score)}"


def checks_left_out(left_out: float, max_score: float) -> str:
    """That other checks were left out on request."""
    return f"Some checks were left out on request: {_not_asked_for(left_out, max_score)}"


def decided_on_top(found: str | None) -> str:
    """What adjustments are; `found` is the score of the checks, where any were run."""
    what = "What follows was decided on top, and is in every score here."
    return f"The checks below found {found}. {what}" if found else what


def shared_with(training: str) -> str:
    """Why a run has the reference's result."""
    return (
        "Its first steps equal, number by number, those of the reference solution with the same "
        f"settings, so that the reference's training stands here ({training})."
    )


def more(number: int) -> str:
    """How many items of a list are not shown."""
    return f"and {number} more"


def graded_when(started: str, seconds: str, host: str) -> str:
    """When, how long and where."""
    return f"{started}, {seconds} seconds, on {host}"


# --- what a training curve shows -----------------------------------------------------------------


def threshold_line(threshold: str) -> str:
    """Beside the line of a threshold in a plot."""
    return f"threshold {threshold}"


def budget_line(epochs: str) -> str:
    """Beside the line at which a training has to end."""
    return f"budget {epochs}"


def budget_was(epochs: str, iterations: int) -> str:
    """Until when a training could go on."""
    return f"The budget was {epochs}, {wording.number(iterations)} iterations."


def reached(threshold: str, iteration: int) -> str:
    """That a run reached its threshold, and when."""
    return f"Reached {threshold} at iteration {wording.number(iteration)}"


def reached_later(threshold: str) -> str:
    """That another training of the run reached it than the one that is shown."""
    return f"Reached {threshold} with a further seed"


def equalled(threshold: str) -> str:
    """That a run which had to pass its threshold came to it."""
    return f"Came to {threshold} but not past it"


def stayed_below(threshold: str, gap: str) -> str:
    """By how much a run missed its threshold."""
    return f"Stayed {gap} percentage {'point' if gap == '1' else 'points'} below {threshold}"


def went(title: str, first: tuple[str, int], last: tuple[str, int], best: str) -> str:
    """The course of a run's accuracy, by percentage and iteration."""
    return (
        f"{title}: validation accuracy went from {first[0]} at iteration "
        f"{wording.number(first[1])} to {last[0]} at iteration {wording.number(last[1])}, at best "
        f"{best}."
    )


def loss_went(first: str, last: str) -> str:
    """The course of its training loss."""
    return f"Training loss went from {first} to {last}."


def _not_asked_for(left_out: float, max_score: float) -> str:
    asked = wording.points(max_score - left_out)
    return (
        f"{wording.point_count(left_out)} not asked for, {asked} of {wording.points(max_score)} "
        "could be earned here."
    )
