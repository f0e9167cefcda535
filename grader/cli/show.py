"""`torchgrade show`: an overview as tables in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.language import N_, _, plural
from grader.report.text import clean, clean_line
from grader.report.wording import run_title
from grader.results import RUN_NAMES
from grader.understanding.overview import Overview

_LINE = 40
"""Characters of a cell's first line."""


def print_overview(console: Console, overview: Overview) -> None:
    """Cells, definitions, trainings and what each was matched to, and why."""
    entry = clean_line(overview.entry or overview.submission)
    console.print(f"[bold]{escape(entry)}[/]", highlight=False)
    if overview.problem is not None:
        told = _("Not understood.")
        console.print(f"[red]{told}[/] {escape(clean(overview.problem))}", highlight=False)
    if overview.cells:
        _print_cells(console, overview, entry)
    if overview.definitions:
        _print_definitions(console, overview, entry)
    if overview.problem is None:
        _print_trainings(console, overview, entry)
        _print_runs(console, overview, entry)
    for note in overview.notes:
        line = _("Note: {note}", note=escape(clean(note)))
        console.print(f"[dim]{line}[/]", highlight=False)


def _print_cells(console: Console, overview: Overview, entry: str) -> None:
    title = plural("{number} cell", "{number} cells", len(overview.cells))
    table = _table(title, N_("cell"), "In", N_("lines"), N_("begins with"), N_("raised"))
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
    table = _table(_("Definitions"), N_("name"), N_("comes from"), N_("defined"))
    nowhere = _("nowhere")
    origins = {"given": _("the homework's own code"), "missing": f"[red]{nowhere}[/]"}
    for line in overview.definitions:
        where = _short(line.where, entry) if line.where else _("the submission")
        source = origins.get(line.origin) or escape(where)
        number = line.definitions
        times = plural("{number} time", "{number} times", number) if number > 1 else ""
        table.add_row(line.name, source, times)
    console.print(table)


def _print_trainings(console: Console, overview: Overview, entry: str) -> None:
    columns = (
        N_("where"), N_("what"), N_("model"), N_("optimizer"), N_("epochs"), N_("run")
    )  # fmt: skip
    table = _table(_("Trainings"), *columns)
    for line in overview.trainings:
        run = run_title(line.run) if line.run else "[dim]-[/]"
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
    heading, nothing = _("Why"), _("no training was found")
    console.print(f"\n[bold]{heading}[/]")
    for name in RUN_NAMES:
        why = overview.runs.get(name)
        text = escape(_short(clean(why), entry)) if why else f"[red]{nothing}[/]"
        console.print(f"  {run_title(name)}: {text}", highlight=False)


def _table(title: str, *columns: str) -> Table:
    """An empty one; the columns' names are translated here."""
    table = Table(box=None, pad_edge=False, title=f"\n[bold]{title}[/]", title_justify="left")
    for column in columns:
        # A place is never broken: one would search for "line" and the next one for its number.
        fixed = column in ("cell", "In", "lines", "where", "what", "epochs")
        table.add_column(_(column), overflow="fold", no_wrap=fixed, header_style="dim")
    return table


def _short(text: str, entry: str) -> str:
    """Without the file's name where it is the entry's: every line would repeat it."""
    return clean_line(text).replace(f"{entry}, ", "")
