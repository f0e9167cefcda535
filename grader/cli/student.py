"""`torchgrade student`: what an instructor hands out to students."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

student_app = typer.Typer(help="What students check themselves with.", no_args_is_help=True)

# As in grader.cli.app, a command imports what it needs.


@student_app.callback()
def group() -> None:
    """What students check themselves with."""


@student_app.command("build")
def build(
    out: Annotated[Path, typer.Option(help="The zip to hand out.")] = Path("hw05-check.zip"),
    rubric: Annotated[
        Path | None, typer.Option(help="Another rubric than the shipped one.")
    ] = None,
    starter: Annotated[
        list[Path] | None,
        typer.Option(help="A file that students begin with; give it again for another."),
    ] = None,
) -> None:
    """Make a zip to check with at home: the visible checks, without the answers' source."""
    from rich.console import Console
    from rich.markup import escape

    from grader.handout.packing import build as build_zip
    from grader.rubric import default_rubric

    path = build_zip(out, rubric=rubric or default_rubric(), starter=starter or [])
    Console().print(
        f"Written: {escape(str(path))} ({path.stat().st_size / 1e6:.0f} MB). Students install the "
        ".whl in it with pip, and check with `torchgrade check --with "
        f"{escape(path.name)} HW05.ipynb`.",
        highlight=False,
        soft_wrap=True,
    )
