"""`torchgrade calibrate`: how often a right solution would miss each threshold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.choices import RUN_NAMES, RunName
from grader.cli.data import DataRoot
from grader.cli.options import Data, Isolation, IsolationMode, RubricFile, make_setup
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from grader.report.calibration import Calibration

# As in grader.cli.app, a command imports what it needs.


def calibrate(
    out: Annotated[Path, typer.Option(help="Where results and the page go.")] = Path(
        "torchgrade-calibration"
    ),
    seeds: Annotated[int, typer.Option(min=3, help="Trainings of each run.")] = 30,
    run: Annotated[
        list[str] | None, typer.Option(help="A run; give it again for another [default: all]")
    ] = None,
    mistakes: Annotated[int, typer.Option(min=0, help="Trainings of each known mistake, too.")] = 0,
    rate: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="The chance to miss that is put up with.")
    ] = 1e-3,
    data: Data = "auto",
    data_root: DataRoot = None,
    rubric: RubricFile = None,
    require_isolation: Isolation = "any",
    isolation: IsolationMode = "full",
) -> None:
    """Train right solutions over many seeds: is every threshold fair?"""
    from rich.console import Console

    from grader.calibrating.running import PAGE, Plan
    from grader.calibrating.running import calibrate as train_and_tell
    from grader.handout.opening import require_answers
    from grader.machine import this_machine
    from grader.terminal import LiveView

    require_answers()
    setup = make_setup(
        train=True, full_curves=True, data=data, data_root=data_root, rubric=rubric,
        isolation=require_isolation, mode=isolation,
    )  # fmt: skip
    plan = Plan(_runs(run or RUN_NAMES), seeds, mistakes, rate)
    console = Console()
    with LiveView(console) as view:
        view.starting(f"Training {seeds} right solutions …")
        found = train_and_tell(out, setup, plan, view, slots=this_machine().cores)
    _print(console, found, out / PAGE)


def _runs(named: Sequence[str]) -> tuple[RunName, ...]:
    unknown = [name for name in named if name not in RUN_NAMES]
    if unknown:
        raise UsageError(
            f"--run {unknown[0]}: there is no such run. There are {', '.join(RUN_NAMES)}."
        )
    return tuple(name for name in RUN_NAMES if name in named)


def _print(console: Console, found: Calibration, page: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    from grader.report.calibration import chance
    from grader.report.wording import percent

    table = Table(box=None, pad_edge=False)
    for heading in (
        "run",
        "mean",
        "threshold",
        "missed",
        "chance by the rule",
        "at most",
        "proposed",
    ):
        table.add_column(heading, justify="left" if heading == "run" else "right")
    for each in found.runs:
        table.add_row(
            each.run, percent(each.mean), percent(each.threshold),
            f"{each.missed} of {len(each.accuracies)}", chance(each.ruled), chance(each.bound),
            percent(each.proposed),
        )  # fmt: skip
    console.print(table)
    passing = [each for each in found.mistakes if each.reached]
    if found.mistakes:
        console.print(
            f"{len(passing)} of {len(found.mistakes)} known mistakes reached a threshold."
        )
    console.print(f"Page: {escape(str(page))}", highlight=False, soft_wrap=True)
