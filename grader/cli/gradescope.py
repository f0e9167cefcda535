"""`torchgrade gradescope`: build an autograder, and what is called in its container."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.choices import ContainerSize, DataChoice
from grader.cli.options import Lang

gradescope_app = typer.Typer(help="An autograder for Gradescope.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(help="The folder of the autograder's source.")]

# As in grader.cli.app, a command imports what it needs.


@gradescope_app.command("build")
def build(
    out: Annotated[Path, typer.Option(help="The zip that is uploaded.")] = Path("autograder.zip"),
    container: Annotated[
        ContainerSize,
        typer.Option(
            help="small: everything but training. large: training, too. What each needs stands in "
            "the rubric."
        ),
    ] = "small",
    data: Annotated[
        DataChoice, typer.Option(help="synthetic, or cifar10, downloaded when it is built.")
    ] = "synthetic",
    rubric: Annotated[
        Path | None, typer.Option(help="Another rubric than the shipped one.")
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(help="A further package index for pip: that of torch's builds without CUDA."),
    ] = None,
    lang: Lang = None,
) -> None:
    """Make the zip that Gradescope takes as an autograder."""
    from rich.console import Console
    from rich.markup import escape

    from grader.gradescope import build as build_zip
    from grader.rubric import default_rubric

    built = build_zip(
        out,
        container=container,
        data=data,
        rubric=rubric or default_rubric(),
        index=index,
        language=lang,
    )
    training = "" if built.train else ", everything but training"
    Console().print(
        f"Written: {escape(str(built.path))}. Upload it as the assignment's autograder, and choose "
        f"there containers of {built.size} and a time-out of {built.minutes} minutes. Graded "
        f"there{training}; `torchgrade grade` on Gradescope's export grades the whole.",
        highlight=False,
        soft_wrap=True,
    )


@gradescope_app.command("prepare", hidden=True)
def prepare(source: Source) -> None:
    """Called when the container's image is built."""
    from grader.gradescope import make_ready

    typer.echo(f"Ready: {make_ready(source)}")


@gradescope_app.command("run", hidden=True)
def run(
    source: Source,
    submission: Annotated[Path, typer.Argument(help="What a student handed in.")],
    results: Annotated[Path, typer.Argument(help="Where results.json goes.")],
) -> None:
    """Called for each submission."""
    from rich.console import Console

    from grader.gradescope import run_here

    run_here(source, submission, results, Console())
