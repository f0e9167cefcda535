"""What an instructor sees of a download: how it was read, who is in it, who is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from grader.choices import LayoutName
from grader.intake import Download, Submission, open_download
from grader.report.text import clean_line
from grader.results import PassedOver, Person, Source

MAX_PASSED_OVER = 20
"""Lines; what else is told of stands in index.html."""


@contextmanager
def opened_download(
    console: Console, source: Path, *, layout: LayoutName | None, roster: Path | None
) -> Iterator[Download]:
    """Open a download with a progress bar; see :func:`grader.intake.open_download`."""
    with ExitStack() as stack:
        progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        with progress:
            task = progress.add_task("Opening", total=None)
            download = stack.enter_context(
                open_download(
                    source,
                    layout=layout,
                    roster=roster,
                    on_progress=lambda what, done, total: progress.update(
                        task, description=what, completed=done, total=total
                    ),
                )
            )
        yield download


def print_source(console: Console, source: Source) -> None:
    """The first lines: what the download was taken for, and why."""
    name, title = escape(clean_line(source.name)), escape(source.title)
    console.print(f"[bold]{name}[/] is read as {title}. {escape(source.evidence)}", highlight=False)
    for note in source.notes:
        console.print(f"[yellow]Note:[/] {escape(clean_line(note))}", highlight=False)


def print_plan(console: Console, download: Download) -> None:
    """One line a submission: what would be graded, and what is the matter with the rest."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("submission", "who", "entry", "files", "late", "attempt", "to be known"):
        table.add_column(heading, justify="right" if heading == "files" else "left")
    for submission in download.submissions:
        table.add_row(
            _cell(submission.id),
            _cell(_who(submission)),
            _cell(submission.entry or "-"),
            str(len(submission.files)) if submission.files else "-",
            "[yellow]late[/]" if submission.late else "",
            _cell(submission.attempt or ""),
            _remarks(submission),
        )
    console.print(table)
    readable = sum(submission.problem is None for submission in download.submissions)
    console.print(
        f"\n{readable} of {len(download.submissions)} submissions can be graded.", highlight=False
    )


def print_roll_call(console: Console, source: Source) -> None:
    """Who is missing, late or not on the roster, who handed in twice, what was passed over."""
    people = source.people
    if any(person.on_roster for person in people):
        enrolled = [person for person in people if person.on_roster]
        submitted = sum(person.status == "submitted" for person in enrolled)
        console.print(
            f"{submitted} of {len(enrolled)} people on the roster handed in.", highlight=False
        )
    _print_list(console, "Missing", (_name(p) for p in people if p.status == "missing"))
    _print_list(console, "Late", (_name(p) for p in people if p.late))
    _print_list(console, "Not on the roster", (_name(p) for p in people if p.on_roster is False))
    _print_list(console, "More than one submission", map(_several, filter(_has_several, people)))
    _print_list(console, "Passed over", _told(source.passed_over))


def _print_list(console: Console, heading: str, lines: Iterable[str]) -> None:
    told = [f"  {escape(clean_line(line))}" for line in lines]
    if told:
        console.print(f"[bold]{heading}[/] ({len(told)})", highlight=False)
        console.print("\n".join(told), highlight=False)


def _told(passed_over: tuple[PassedOver, ...]) -> Iterator[str]:
    for each in passed_over[:MAX_PASSED_OVER]:
        yield each.reason
    if len(passed_over) > MAX_PASSED_OVER:
        yield f"and {len(passed_over) - MAX_PASSED_OVER:,} more"


def _cell(text: str) -> str:
    return escape(clean_line(text))


def _who(submission: Submission) -> str:
    return ", ".join(each.name or each.id for each in submission.members or (submission.student,))


def _remarks(submission: Submission) -> str:
    lines = [f"[red]{_cell(submission.problem)}[/]"] if submission.problem else []
    lines += [_cell(note) for note in submission.notes]
    lines += [f"[dim]takes the place of {_cell(older)}[/]" for older in submission.older]
    return "\n".join(lines)


def _name(person: Person) -> str:
    if person.name is None or person.name == person.id:
        return person.id
    return f"{person.name} ({person.id})"


def _has_several(person: Person) -> bool:
    return bool(person.other_submissions)


def _several(person: Person) -> str:
    return f"{_name(person)}: {person.submission}, {', '.join(person.other_submissions)}"
