"""`torchgrade show`: an overview as tables in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.overview import Overview
from grader.report.text import clean, clean_line
from grader.report.wording import RUN_TITLES

_LINE = 40
"""Characters of a cell's first line."""


def print_overview(console: Console, overview: Overview) -> None:
    """Cells, definitions, trainings and what each was matched to, and why."""
    entry = clean_line(overview.entry or overview.submission)
    console.print(f"[bold]{escape(entry)}[/]", highlight=False)
    if overview.problem is not None:
        console.print(f"[red]Not understood.[/] {escape(clean(overview.problem))}", highlight=False)
    if overview.cells:
        _print_cells(console, overview, entry)
    if overview.definitions:
        _print_definitions(console, overview, entry)
    if overview.problem is None:
        _print_trainings(console, overview, entry)
        _print_runs(console, overview, entry)
    for note in overview.notes:
        console.print(f"[dim]Note: {escape(clean(note))}[/]", highlight=False)


def _print_cells(console: Console, overview: Overview, entry: str) -> None:
    table = _table(f"{len(overview.cells)} cells", "cell", "In", "lines", "begins with", "raised")
    for cell in overview.cells:
        first_line = clean_line(cell.first_line)
        table.add_row(
            escape(_short(cell.place, entry)),
            str(cell.executed or ""),
            str(cell.lines),
            escape(first_line if len(first_line) <= _LINE else f"{first_line[:_LINE]}…"),
            f"[red]{escape(clean_line(cell.error))}[/]" if cell.error else "",
        )
    console.print(table)


def _print_definitions(console: Console, overview: Overview, entry: str) -> None:
    table = _table("Definitions", "name", "comes from", "defined")
    origins = {"given": "the homework's own code", "missing": "[red]nowhere[/]"}
    for line in overview.definitions:
        where = _short(line.where, entry) if line.where else "the submission"
        source = origins.get(line.origin) or escape(where)
        times = f"{line.definitions} times" if line.definitions > 1 else ""
        table.add_row(line.name, source, times)
    console.print(table)


def _print_trainings(console: Console, overview: Overview, entry: str) -> None:
    table = _table("Trainings", "where", "what", "model", "optimizer", "epochs", "run")
    for line in overview.trainings:
        run = RUN_TITLES[line.run] if line.run else "[dim]-[/]"
        obstacle = f"[red]{escape(clean_line(line.obstacle))}[/]" if line.obstacle else ""
        table.add_row(
            escape(_short(line.where, entry)),
            line.what,
            escape(clean_line(line.model or "")),
            escape(clean_line(line.optimizer or "")),
            str(line.epochs or ""),
            f"{run} {obstacle}" if line.run else obstacle or run,
        )
    console.print(table)


def _print_runs(console: Console, overview: Overview, entry: str) -> None:
    console.print("\n[bold]Why[/]")
    for name, title in RUN_TITLES.items():
        why = overview.runs.get(name)
        text = escape(_short(clean(why), entry)) if why else "[red]no training was found[/]"
        console.print(f"  {title}: {text}", highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, title=f"\n[bold]{title}[/]", title_justify="left")
    for column in columns:
        # A place is never broken: one would search for "line" and the next one for its number.
        fixed = column in ("cell", "In", "lines", "where", "what", "epochs")
        table.add_column(column, overflow="fold", no_wrap=fixed, header_style="dim")
    return table


def _short(text: str, entry: str) -> str:
    """Without the file's name where it is the entry's: every line would repeat it."""
    return clean_line(text).replace(f"{entry}, ", "")
