"""What a person sees in the terminal while and after grading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.intake import Submission
from grader.jobs import CheckStarted, Opened, Trained
from grader.report.text import clean, clean_line
from grader.results import CheckStatus, RunName, SubmissionResult
from grader.sentences import listed

_SYMBOLS = {
    CheckStatus.PASSED: "[green]✓[/]",
    CheckStatus.PARTIAL: "[yellow]◐[/]",
    CheckStatus.FAILED: "[red]✗[/]",
    CheckStatus.SKIPPED: "[dim]-[/]",
    CheckStatus.ERROR: "[magenta]![/]",
}


class LiveView:
    """Shows a grading as it goes: a line for the check in hand, one for every training run.

    Args:
        console: where to write; without a terminal it prints finished lines only.
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
        self._check: TaskID | None = None
        self._runs: dict[tuple[RunName, int], TaskID] = {}
        self._is_batch = False

    def __enter__(self) -> LiveView:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def starting(self, what: str) -> None:
        """Say what is going on before anything is known."""
        self._console.print(f"[dim]{escape(what)}[/]", highlight=False)

    def opened(self, opened: Opened) -> None:
        """See :class:`grader.batch.Observer`."""
        self._console.print(f"[bold]{escape(opened.assignment)}[/]", highlight=False)
        data = opened.provenance.data
        if data is not None:
            self._console.print(f"Data: {escape(data.description)}", highlight=False)

    def submission_started(self, submission: Submission, number: int, total: int) -> None:
        """See :class:`grader.batch.Observer`."""
        self._runs.clear()
        name = escape(clean_line(submission.id))
        self._is_batch = total > 1
        what = f"{name} ({number} of {total})" if total > 1 else name
        self._check = self._progress.add_task(what, total=None, note="loading")

    def event(self, event: CheckStarted | Trained) -> None:
        """See :class:`grader.batch.Observer`."""
        if isinstance(event, CheckStarted):
            if self._check is not None:
                self._progress.update(self._check, note=event.title)
            for task in self._progress.tasks:
                if task.id in self._runs.values():  # the run of the last check has ended
                    self._progress.update(task.id, total=task.completed or 1)
            return
        key = (event.run, event.attempt)
        if key not in self._runs:
            attempt = f" (seed {event.attempt + 1})" if event.attempt else ""
            self._runs[key] = self._progress.add_task(
                f"{event.run}{attempt}", total=event.budget, note=""
            )
        loss = "   -  " if event.loss is None else f"{event.loss:6.3f}"
        reached = " [green]✓[/]" if event.val_accuracy >= event.threshold else ""
        note = (
            f"iteration {event.iteration:5d}  loss {loss}  "
            f"validation {event.val_accuracy:6.1%} of {event.threshold:.0%}{reached}"
        )
        self._progress.update(self._runs[key], completed=event.epoch, note=note)

    def submission_finished(self, result: SubmissionResult) -> None:
        """See :class:`grader.batch.Observer`."""
        for task in list(self._progress.task_ids):
            self._progress.remove_task(task)
        self._check = None
        if self._is_batch:
            name = escape(clean_line(result.submission.id))
            score = (
                f"{result.score:g} of {result.max_score:g}"
                if result.status == "graded"
                else "[red]not graded[/]"
            )
            seconds = f"[dim]{result.timing.seconds:.0f} s[/]"
            self._console.print(f"  {name}: {score}  {seconds}", highlight=False)


def print_result(console: Console, result: SubmissionResult, report: Path) -> None:
    """The score a question at a time, with the reason for every lost point."""
    if result.status == "ungraded":
        console.print(f"[red]Not graded.[/] {escape(clean(result.reason or ''))}", highlight=False)
    for question in result.questions:
        console.print(
            f"\n[bold]{escape(question.title)}[/]  {question.score:g} of {question.max_score:g}",
            highlight=False,
        )
        for check in question.checks:
            points = f"[dim]{check.score:g}/{check.max_score:g}[/]"
            line = f"{_SYMBOLS[check.status]} {escape(check.title)} {points}"
            console.print(Padding(line, (0, 0, 0, 2)), highlight=False)
            if check.reason is not None:
                where = f" ({check.where})" if check.where else ""
                reason = escape(clean(check.reason + where))
                console.print(Padding(reason, (0, 0, 0, 6)), highlight=False)
    for item in result.integrity:
        text = escape(clean(item.text))
        console.print(f"[yellow]For a person to look at:[/] {text}", highlight=False)
    for note in result.notes:
        console.print(f"[dim]Note: {escape(clean(note))}[/]", highlight=False)
    left_out = (
        f"; {result.left_out:g} points of training were left out on request"
        if result.left_out
        else ""
    )
    console.print(
        f"\n[bold]Score: {result.score:g} of {result.max_score:g}[/]{left_out}", highlight=False
    )
    console.print(f"Report: {escape(str(report))}", highlight=False, soft_wrap=True)


def _remark(result: SubmissionResult) -> str:
    """What a line of the batch says beside the score."""
    if result.status == "ungraded":
        return f"[red]{escape(clean_line(result.reason or ''))}[/]"
    if result.integrity:
        flags = listed(sorted({item.flag.replace("_", " ") for item in result.integrity}))
        return f"[yellow]to look at: {escape(clean_line(flags))}[/]"
    return ""


def print_batch(console: Console, results: Sequence[SubmissionResult], index: Path) -> None:
    """One line a submission, and where the report is."""
    table = Table(box=None, pad_edge=False)
    for heading in ("submission", "score", "of", ""):
        table.add_column(heading, justify="right" if heading in ("score", "of") else "left")
    for result in results:
        remark = _remark(result)
        table.add_row(
            escape(clean_line(result.submission.id)),
            "-" if result.status == "ungraded" else f"{result.score:g}",
            f"{result.max_score:g}",
            remark,
        )
    console.print(table)
    graded = sum(result.status == "graded" for result in results)
    console.print(f"\n{graded} of {len(results)} graded.", highlight=False)
    console.print(f"Report: {escape(str(index))}", highlight=False, soft_wrap=True)
