"""Every sentence and label of a student's page; `wording` has the names and figures in them.

The template has no words of its own, which a test sees to. Constants are marked here and translated
where they are used; a template reads them translated (see `pages`). Sentences are whole here, never
joined from halves, as other languages have another order. What checks and runs give as their
reasons is written where it is found out.
"""

from __future__ import annotations

from grader.language import N_, _, plural
from grader.report import wording

EYEBROW = N_("Grading report")
UNNAMED = N_("Unnamed submission")
NO_ENTRY = N_("no file to run")
NO_REASON = N_("No reason was recorded.")

UNSHOWN = N_("A check that is not shown")

CANNOT_BE_GRADED = N_("This submission could not be graded")
NOT_CHECKED = N_("No check was run, so no score was given.")
NOT_CHECKED_BUT_ADJUSTED = N_("No check was run, so the score is what was given by hand.")

ADJUSTED = N_("Adjusted by hand")
WHOLE_WORK = N_("The whole work")
DECIDED_BY = N_("by {name}")

QUESTIONS = N_("Questions")
NO_POINTS = N_("no points")
READ_ON = N_("To read on")

RUNS = N_("Training runs")
RUNS_TABLE = N_("Table of training runs")
RUNS_LEAD = N_(
    "Accuracies were measured by the grader on images the network was not trained on: val. is the "
    "validation split."
)
RUN = N_("Run")
RESULT = N_("Result")
THRESHOLD = N_("Threshold")
BEST = N_("Best val.")
FINAL = N_("Final val.")
TEST = N_("Test")
ITERATIONS = N_("Iterations")
OPTIMIZER = N_("Optimizer")
VALIDATION_ACCURACY = N_("Validation accuracy")
TRAINING_LOSS = N_("Training loss")
ITERATION = N_("iteration")

INTEGRITY = N_("For a person to look at")
INTEGRITY_LEAD = N_(
    "The grader noticed the following. That alone takes no points, and there may well be a good "
    "explanation; where a run does not count, its check says why."
)
NOTES = N_("Notes")

PROVENANCE = N_("How this was graded")
SUBMISSION = N_("Submission")
FILES = N_("Files")
DATA = N_("Data")
RUBRIC = N_("Rubric")
REFERENCE = N_("Reference")
KEY = N_("Key")
ISOLATION = N_("Isolation")
GRADED = N_("Graded")
NONE = N_("none")

WITHOUT_DATA = N_("Graded without image data.")
NO_ACCURACY = N_("No accuracy was measured.")
SYNTHETIC = N_("Graded on synthetic data, not on CIFAR-10.")
GRADED_ON = N_("Graded on")


def title(name: str, score: str | None) -> str:
    """Of the page: whose it is, and the score, where there is one."""
    return f"{name}: {score}" if score else _("{name}: not graded", name=name)


def score(points: str, max_points: str) -> str:
    """A score in words: 38.5 of 100."""
    return _("{points} of {max_points}", points=points, max_points=max_points)


def out_of(max_points: str) -> str:
    """The maximum under a score."""
    return _("of {max_points}", max_points=max_points)


def score_label(points: str, max_points: str) -> str:
    """The score on a line of its own, as for who cannot see the ring around it."""
    return _("Score: {points} of {max_points}", points=points, max_points=max_points)


def verdict(lost: float, unasked: float, unsettled: float, unshown: float) -> str:
    """What the score means.

    Args:
        lost: points that were asked for and not given.
        unasked: points that were not asked for here.
        unsettled: of the lost ones, those that went missing because torchgrade failed.
        unshown: of the lost ones, those of checks that are not shown.
    """
    if lost <= 0:
        if unasked > 0:
            return _("Everything that was asked for is right.")
        return _("Full marks. Every point was earned.")
    if unshown > 0:
        text = _(
            "{points} lost, {unshown} of them at checks that are not shown. The others are "
            "explained below.",
            points=wording.point_count(lost),
            unshown=wording.points(unshown),
        )
    else:
        text = _("{points} lost. Each one is explained below.", points=wording.point_count(lost))
    if unsettled <= 0:
        return text
    unsettled_too = _(
        "Of these, {points} could not be settled because the grader itself failed; that is not "
        "your fault.",
        points=wording.points(unsettled),
    )
    return f"{text} {unsettled_too}"


def withheld(points: float) -> str:
    """That there are checks which a student cannot run."""
    return _(
        "There are further checks, for {points}, which are carried out when the work is graded.",
        points=wording.point_count(points),
    )


def training_left_out(left_out: float, max_score: float) -> str:
    """That runs were not trained on request."""
    return _(
        "Training was left out on request: {points}", points=_not_asked_for(left_out, max_score)
    )


def checks_left_out(left_out: float, max_score: float) -> str:
    """That other checks were left out on request."""
    return _(
        "Some checks were left out on request: {points}", points=_not_asked_for(left_out, max_score)
    )


def decided_on_top(found: str | None) -> str:
    """What adjustments are; `found` is the score of the checks, where any were run."""
    what = _("What follows was decided on top, and is in every score here.")
    if not found:
        return what
    checked = _("The checks below found {score}.", score=found)
    return f"{checked} {what}"


def shared_with(training: str) -> str:
    """Why a run has the reference's result."""
    return _(
        "Its first steps equal, number by number, those of the reference solution with the same "
        "settings, so that the reference's training stands here ({training}).",
        training=training,
    )


def more(number: int) -> str:
    """How many items of a list are not shown."""
    return _("and {number} more", number=number)


def graded_when(started: str, seconds: str, host: str) -> str:
    """When, how long and where."""
    return _("{started}, {seconds} seconds, on {host}", started=started, seconds=seconds, host=host)


# --- what a training curve shows -----------------------------------------------------------------


def threshold_line(threshold: str) -> str:
    """Beside the line of a threshold in a plot."""
    return _("threshold {threshold}", threshold=threshold)


def budget_line(epochs: str) -> str:
    """Beside the line at which a training has to end."""
    return _("budget {epochs}", epochs=epochs)


def budget_was(epochs: str, iterations: int) -> str:
    """Until when a training could go on."""
    return _(
        "The budget was {epochs}, {iterations} iterations.",
        epochs=epochs,
        iterations=wording.number(iterations),
    )


def reached(threshold: str, iteration: int) -> str:
    """That a run reached its threshold, and when."""
    return _(
        "Reached {threshold} at iteration {iteration}",
        threshold=threshold,
        iteration=wording.number(iteration),
    )


def reached_later(threshold: str) -> str:
    """That another training of the run reached it than the one that is shown."""
    return _("Reached {threshold} with a further seed", threshold=threshold)


def equalled(threshold: str) -> str:
    """That a run which had to pass its threshold came to it."""
    return _("Came to {threshold} but not past it", threshold=threshold)


def stayed_below(threshold: str, gap: str) -> str:
    """By how much a run missed its threshold."""
    return plural(
        "Stayed {gap} percentage point below {threshold}",
        "Stayed {gap} percentage points below {threshold}",
        wording.plural_of(float(gap)),
        gap=gap,
        threshold=threshold,
    )


def went(title: str, first: tuple[str, int], last: tuple[str, int], best: str) -> str:
    """The course of a run's accuracy, by percentage and iteration."""
    return _(
        "{title}: validation accuracy went from {first} at iteration {begin} to {last} at "
        "iteration {end}, at best {best}.",
        title=title,
        first=first[0],
        begin=wording.number(first[1]),
        last=last[0],
        end=wording.number(last[1]),
        best=best,
    )


def loss_went(first: str, last: str) -> str:
    """The course of its training loss."""
    return _("Training loss went from {first} to {last}.", first=first, last=last)


def _not_asked_for(left_out: float, max_score: float) -> str:
    return _(
        "{left_out} not asked for, {asked} of {max_points} could be earned here.",
        left_out=wording.point_count(left_out),
        asked=wording.points(max_score - left_out),
        max_points=wording.points(max_score),
    )
