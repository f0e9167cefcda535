"""What a person sees in the terminal while and after grading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.batch.scheduler import Graded
from grader.errors import AdjustmentsError, UserError
from grader.gradebooks.exporting import Exported
from grader.intake import Submission
from grader.jobs import CheckStarted, Opened, Trained
from grader.language import _
from grader.report import phrases
from grader.report.text import TEXT_LIMIT, clean, clean_line
from grader.results import CheckStatus, RunName, SubmissionResult
from grader.sentences import listed

_SYMBOLS = {
    CheckStatus.PASSED: "[green]✓[/]",
    CheckStatus.PARTIAL: "[yellow]◐[/]",
    CheckStatus.FAILED: "[red]✗[/]",
    CheckStatus.SKIPPED: "[dim]-[/]",
    CheckStatus.ERROR: "[magenta]![/]",
}

CURVE_WIDTH = 24
"""Characters of a training's curve."""

_BLOCKS = "▁▂▃▄▅▆▇█"


class LiveView:
    """Shows a grading as it goes: how far the batch is, and a line for each submission in hand.

    Args:
        console: where to write; without a terminal it prints finished lines only.

    Attributes:
        left_out: adjustments that did not fit.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self._lines: dict[str, _Line] = {}
        self._batch: TaskID | None = None
        self._graded = self._failed = 0
        self.left_out: list[AdjustmentsError] = []

    def __enter__(self) -> LiveView:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def starting(self, what: str) -> None:
        """Say what is going on before anything is known."""
        self._console.print(f"[dim]{escape(clean_line(what))}[/]", highlight=False)

    def warning(self, sentence: str) -> None:
        """Say what should be known and ends nothing; in any thread."""
        self._console.print(
            f"[yellow]torchgrade:[/] {escape(clean(sentence))}", highlight=False, soft_wrap=True
        )

    def opened(self, opened: Opened) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        self._console.print(f"[bold]{escape(opened.assignment)}[/]", highlight=False)
        data = opened.provenance.data
        if data is not None:
            line = _("Data: {data}", data=escape(data.description))
            self._console.print(line, highlight=False)

    def batch_started(self, total: int, kept: int) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        if kept:
            self._console.print(
                f"{kept} of {total} have their results already and are kept.", highlight=False
            )
        if total > 1:
            self._batch = self._progress.add_task("all", total=total - kept, note="")

    def submission_started(self, submission: Submission) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        name = escape(clean_line(submission.id))
        task = self._progress.add_task(name, total=None, note=_("loading"))
        self._lines[submission.id] = _Line(task)

    def event(self, submission: Submission, event: CheckStarted | Trained) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        line = self._lines[submission.id]
        if isinstance(event, CheckStarted):
            self._progress.update(line.task, total=None, note=event.title)
            return
        self._progress.update(
            line.task, total=event.budget, completed=event.epoch, note=line.training(event)
        )

    def submission_finished(self, result: SubmissionResult) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        line = self._lines.pop(result.submission.id)
        self._progress.remove_task(line.task)
        if self._batch is None:
            return
        graded = result.status == "graded"
        self._graded += graded
        self._failed += not graded
        not_graded = f", [red]{self._failed} not graded[/]" if self._failed else ""
        note = f"{self._graded} graded{not_graded}"
        self._progress.update(self._batch, advance=1, note=note)
        name = escape(clean_line(result.submission.id))
        score = f"{result.final_score:g} of {result.max_score:g}"
        told = score if graded or result.adjustments else "[red]not graded[/]"
        seconds = f"[dim]{result.timing.seconds:.0f} s[/]"
        self._console.print(f"  {name}: {told}  {seconds}", highlight=False)

    def not_adjusted(self, error: AdjustmentsError) -> None:
        """See :class:`grader.batch.scheduler.Observer`."""
        self.left_out.append(error)
        print_user_error(self._console, error)


@dataclass
class _Line:
    """A submission in hand: its line, and the accuracies of the training that it is in."""

    task: TaskID
    run: tuple[RunName, int] | None = None
    curve: list[float] = field(default_factory=list)

    def training(self, event: Trained) -> str:
        """What the line says of a training: which, its curve, how far it has come."""
        if self.run != (event.run, event.attempt) or not event.iteration:
            self.run, self.curve = (event.run, event.attempt), []
        self.curve.append(event.val_accuracy)
        which: str = event.run
        if event.attempt:
            which = _("{run} (seed {number})", run=event.run, number=event.attempt + 1)
        curve = sparkline(self.curve[-CURVE_WIDTH:], event.threshold)
        so_far = _(
            "{accuracy:.1%} of {threshold:.0%}",
            accuracy=event.val_accuracy,
            threshold=event.threshold,
        )
        reached = " [green]✓[/]" if event.val_accuracy >= event.threshold else ""
        return f"{which} {curve} {so_far}{reached}"


def print_user_error(console: Console, error: UserError) -> None:
    """What is wrong and how to mend it."""
    text = f"[red]torchgrade:[/] {escape(clean(str(error)))}"
    console.print(text, highlight=False, soft_wrap=True)


def sparkline(values: Sequence[float], top: float) -> str:
    """A curve in one line of text; a full block is `top` or more."""
    heights = (max(0.0, min(1.0, value / top)) for value in values)
    return "".join(_BLOCKS[round(height * (len(_BLOCKS) - 1))] for height in heights)


def print_result(console: Console, result: SubmissionResult, report: Path) -> None:
    """The score a question at a time, with the reason for every lost point."""
    if result.status == "ungraded":
        told = _("Not graded.")
        console.print(f"[red]{told}[/] {_paragraph(result.reason or '')}", highlight=False)
    for question in result.questions:
        score = phrases.score(f"{question.score:g}", f"{question.max_score:g}")
        console.print(f"\n[bold]{escape(question.title)}[/]  {score}", highlight=False)
        for check in question.checks:
            points = f"[dim]{check.score:g}/{check.max_score:g}[/]"
            line = f"{_SYMBOLS[check.status]} {escape(check.title)} {points}"
            console.print(Padding(line, (0, 0, 0, 2)), highlight=False)
            if check.reason is not None:
                where = f" ({check.where})" if check.where else ""
                reason = _paragraph(check.reason + where)
                console.print(Padding(reason, (0, 0, 0, 6)), highlight=False)
    for item in result.integrity:
        heading = _(phrases.INTEGRITY)
        console.print(f"[yellow]{heading}:[/] {_paragraph(item.text)}", highlight=False)
    for note in result.notes:
        line = _("Note: {note}", note=_paragraph(note))
        console.print(f"[dim]{line}[/]", highlight=False)
    # The last two lines are one each, however narrow the terminal: `%torchgrade` shows the first.
    console.print(f"\n{_score(result)}", highlight=False, soft_wrap=True)
    line = _("Report: {path}", path=escape(str(report)))
    console.print(line, highlight=False, soft_wrap=True)


def _score(result: SubmissionResult) -> str:
    words = phrases.score_label(f"{result.score:g}", f"{result.max_score:g}")
    score = f"[bold]{words}[/]"
    if result.left_out:
        score = _(
            "{score}; {points:g} points of training were left out on request",
            score=score,
            points=result.left_out,
        )
    if result.withheld:
        score += f". {phrases.withheld(result.withheld)}"
    return score


def _paragraph(text: str) -> str:
    """What a student may have written, without line breaks: it must not pass for lines of ours."""
    return escape(clean_line(text, TEXT_LIMIT))


def _remark(graded: Graded) -> str:
    """What a line of the batch says beside the score."""
    if graded.entry.status == "ungraded":
        return f"[red]{escape(clean_line(graded.reason or ''))}[/]"
    if graded.flags:
        flags = listed([flag.replace("_", " ") for flag in graded.flags])
        return f"[yellow]to look at: {escape(clean_line(flags))}[/]"
    return ""


def print_exported(console: Console, exported: Exported) -> None:
    """Where the file is, and who is not in it."""
    console.print(f"Written: {escape(str(exported.path))}", highlight=False, soft_wrap=True)
    for note in exported.notes:
        console.print(_paragraph(note), highlight=False)
    if exported.unplaced:
        people = listed([f"{each.name or each.id} ({each.score:g})" for each in exported.unplaced])
        console.print(
            f"[yellow]No row was found for {_paragraph(people)}.[/] Add their scores by hand.",
            highlight=False,
        )


def print_batch(console: Console, batch: Sequence[Graded], index: Path) -> None:
    """One line a submission, and where the report is."""
    table = Table(box=None, pad_edge=False)
    for heading in ("submission", "score", "of", ""):
        table.add_column(heading, justify="right" if heading in ("score", "of") else "left")
    for each in batch:
        entry = each.entry
        table.add_row(
            escape(clean_line(entry.id)),
            "-"
            if entry.status == "ungraded" and not entry.adjustment
            else f"{entry.final_score:g}",
            f"{entry.max_score:g}",
            _remark(each),
        )
    console.print(table)
    graded = sum(each.entry.status == "graded" for each in batch)
    console.print(f"\n{graded} of {len(batch)} graded.", highlight=False)
    console.print(f"Report: {escape(str(index))}", highlight=False, soft_wrap=True)
