"""`torchgrade audit`: what a rubric catches, and whom it wrongs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.data import DataRoot
from grader.cli.options import Data, Isolation, IsolationMode, RubricFile, make_setup

if TYPE_CHECKING:
    from rich.console import Console

    from grader.report.audit_views import Audit

EXIT_UNSOUND = 1

# As in grader.cli.app, a command imports what it needs.


def audit(
    out: Annotated[Path, typer.Option(help="Where results and the page go.")] = Path(
        "torchgrade-audit"
    ),
    train: Annotated[
        bool, typer.Option("--train/--no-train", help="Carry out the training runs, too.")
    ] = False,
    data: Data = "auto",
    data_root: DataRoot = None,
    rubric: RubricFile = None,
    require_isolation: Isolation = "any",
    isolation: IsolationMode = "full",
) -> None:
    """Grade right work and every known mistake: what is caught, and who is wronged?"""
    from rich.console import Console

    from grader.auditing.running import PAGE, run_audit
    from grader.handout.opening import require_answers
    from grader.machine import this_machine
    from grader.terminal import LiveView

    require_answers()
    setup = make_setup(
        train=train, full_curves=False, data=data, data_root=data_root, rubric=rubric,
        isolation=require_isolation, mode=isolation,
    )  # fmt: skip
    console = Console()
    slots = this_machine().cores
    with LiveView(console) as view:
        view.starting(f"Grading right work and known mistakes, {slots} at a time …")
        found = run_audit(out, setup, view, slots=slots)
    _print(console, found, out / PAGE)
    raise typer.Exit(0 if found.sound else EXIT_UNSOUND)


def _print(console: Console, found: Audit, page: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("check", "catches", "alone"):
        table.add_column(heading, justify="left" if heading == "check" else "right")
    for each in found.columns:
        told = ("not run", "") if each.left_out else (str(each.caught), str(each.alone))
        table.add_row(each.id, *told)
    console.print(table)
    for what, rows in (
        ("mistakes cost nothing", found.slipped),
        ("right ones lost points", found.wronged),
        ("were given another mistake's name", found.misnamed),
        ("were caught and not named", found.unnamed),
    ):
        names = ", ".join(row.id for row in rows[:10])
        more = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
        console.print(f"{len(rows)} {what}{': ' if rows else ''}{names}{more}", highlight=False)
    console.print(f"Page: {escape(str(page))}", highlight=False, soft_wrap=True)
