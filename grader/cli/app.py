"""The commands of `torchgrade`, and how each of them ends."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.choices import ExportKind, LayoutName
from grader.cli.audit import audit
from grader.cli.calibrate import calibrate
from grader.cli.data import DataRoot, data_app
from grader.cli.gradescope import gradescope_app
from grader.cli.options import (
    Cluster,
    Data,
    FullCurves,
    InsecureCluster,
    Isolation,
    IsolationMode,
    Lang,
    RubricFile,
    Scheduler,
    Share,
    TlsCa,
    TlsCert,
    TlsKey,
    Train,
    debugging,
    make_setup,
    opened_pool,
)
from grader.cli.student import student_app
from grader.errors import UsageError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from grader.batch.scheduler import Graded
    from grader.errors import AdjustmentsError
    from grader.handout.opening import Handout

# Whatever takes time to import is imported by the command that needs it: --help needs none of it.

EXIT_LOST_POINTS = 1
EXIT_USAGE = 2
EXIT_UNGRADED = 3
EXIT_INTERRUPTED = 130
EXIT_BUG = 70

app = typer.Typer(
    help="Grade PyTorch homework.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(data_app, name="data")
app.add_typer(gradescope_app, name="gradescope")
app.add_typer(student_app, name="student")
app.command()(audit)
app.command()(calibrate)

Work = Annotated[
    Path,
    typer.Argument(help="An .ipynb or .py file, or the folder, .zip or .tar that holds it."),
]


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # read by main, before and after the parser
        bool, typer.Option("--debug", help="Show the traceback of an internal error.")
    ] = False,
) -> None:
    """Grade PyTorch homework."""
    if version:
        from grader.version import torchgrade_version

        typer.echo(f"torchgrade {torchgrade_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def check(
    submission: Work,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("torchgrade-report"),
    with_file: Annotated[
        Path | None,
        typer.Option("--with", help="The .zip that your course handed out for checking."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check it again whenever it is saved, until Ctrl-C.")
    ] = False,
    train: Train = True,
    full_curves: FullCurves = False,
    share: Share = True,
    data: Data = "auto",
    data_root: DataRoot = None,
    rubric: RubricFile = None,
    lang: Lang = None,
    require_isolation: Isolation = "any",
    isolation: IsolationMode = "full",
) -> None:
    """Check your own homework: a score, and the reason for every lost point."""
    from grader.batch.launching import Launcher

    with ExitStack() as stack:
        launcher = stack.enter_context(Launcher(debug=debugging()))  # loads torch meanwhile
        from rich.console import Console

        from grader.batch.scheduler import Checker
        from grader.checking import check_and_tell, keep_checking
        from grader.handout.opening import require_answers
        from grader.language import speak
        from grader.machine import this_machine

        if lang is not None:
            speak(lang)  # in it is said, too, what is wrong with the handout
        handout = _handout(stack, with_file, rubric)
        setup = make_setup(
            train=train, full_curves=full_curves, data=data, data_root=data_root, rubric=rubric,
            isolation=require_isolation, mode=isolation, threads=this_machine().cores, share=share,
            language=lang, handout=handout, private=(submission, out, with_file),
        )  # fmt: skip
        speak(setup.language)
        if handout is None:
            require_answers()
        checker = stack.enter_context(Checker(out, setup, launcher))
        look = keep_checking if watch else check_and_tell
        result = look(submission, checker, Console())
    raise typer.Exit(0 if result.full_marks else EXIT_LOST_POINTS)


def _handout(stack: ExitStack, path: Path | None, rubric: Path | None) -> Handout | None:
    """What is checked with, unpacked until the stack is closed."""
    from grader.handout.opening import open_handout
    from grader.language import _

    if path is None:
        return None
    if rubric is not None:
        raise UsageError(_("--with brings a rubric of its own. Leave out --rubric."))
    return stack.enter_context(open_handout(path))


@app.command()
def grade(
    source: Annotated[
        Path,
        typer.Argument(
            help="What the learning platform gave you: a folder, a .zip or a .tar; or any folder "
            "with a file, folder or archive for each student."
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Where results and reports go.")] = None,
    layout: Annotated[
        LayoutName | None,
        typer.Option(help="Whose file names it has [default: found out from the names]"),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="A CSV with everybody in the course; who is missing is listed."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be graded, and stop.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many are graded at once [default: one a core, as far as memory goes]",
        ),
    ] = None,
    train: Train = True,
    full_curves: FullCurves = False,
    share: Share = True,
    data: Data = "auto",
    data_root: DataRoot = None,
    rubric: RubricFile = None,
    lang: Lang = None,
    require_isolation: Isolation = "any",
    isolation: IsolationMode = "full",
    scheduler: Scheduler = None,
    cluster: Cluster = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    insecure_cluster: InsecureCluster = False,
) -> None:
    """Grade every submission of a download."""
    from rich.console import Console

    from grader.batch.scheduler import grade_on
    from grader.cli.roll_call import opened_download, print_plan, print_roll_call, print_source
    from grader.cluster import target_of
    from grader.handout.opening import require_answers
    from grader.language import speak
    from grader.machine import this_machine
    from grader.terminal import LiveView, print_batch

    if out is None and not dry_run:
        raise UsageError("Say with --out where results go, or ask for --dry-run.")
    where = target_of(
        scheduler=scheduler, cluster=cluster, tls_ca=tls_ca, tls_cert=tls_cert, tls_key=tls_key,
        insecure=insecure_cluster,
    )  # fmt: skip
    if where is not None and jobs is not None:
        raise UsageError("--jobs speaks of this machine. How many a cluster grades at once is up "
                         "to its workers.")  # fmt: skip
    require_answers()
    setup = make_setup(
        train=train, full_curves=full_curves, data=data, data_root=data_root, rubric=rubric,
        isolation=require_isolation, mode=isolation, share=share, language=lang,
        private=(source, out, roster),
    )  # fmt: skip
    speak(setup.language)
    console = Console()
    with opened_download(console, source, layout=layout, roster=roster) as download:
        print_source(console, download.source)
        if out is None or dry_run:
            print_plan(console, download)
            print_roll_call(console, download.source)
            return
        many = len(download.submissions)
        slots = jobs or this_machine().slots(many)
        how = f"{slots} at a time" if where is None else f"on {scheduler or cluster}"
        with LiveView(console) as view:
            view.starting(f"Grading {many} submissions of {source}, {how} …")
            with opened_pool(setup, where, slots, view.warning) as pool:
                graded = grade_on(pool, download.submissions, out, setup, view, download.source)
    print_batch(console, graded, out / "index.html")
    print_roll_call(console, download.source)
    raise typer.Exit(_code(graded, view.left_out))


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="A folder of results that grade wrote.")],
) -> None:
    """Write the reports again, with the folder's adjustments.yaml as it is now."""
    from rich.console import Console

    from grader.batch.republishing import republish
    from grader.terminal import print_batch, print_user_error

    misfits: list[AdjustmentsError] = []
    graded = republish(out, misfits.append)
    print_batch(Console(), graded, out / "index.html")
    for misfit in misfits:
        print_user_error(_errors(), misfit)
    raise typer.Exit(_code(graded, misfits))


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="A folder of results that grade wrote.")],
    to: Annotated[ExportKind, typer.Option(help="What is to read the scores.")],
    gradebook: Annotated[
        Path | None,
        typer.Option(help="The platform's own gradebook or worksheet, which is filled in."),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Its column for the scores [default: found out]")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Where it is written [default: OUT/exports/...]")
    ] = None,
) -> None:
    """Write the scores of a class for a gradebook, a spreadsheet or a build server."""
    from rich.console import Console

    from grader.gradebooks.exporting import export as write
    from grader.terminal import print_exported

    print_exported(Console(), write(out, to, gradebook=gradebook, column=column, file=file))


def _code(graded: Sequence[Graded], misfits: Sequence[AdjustmentsError]) -> int:
    """The exit code of a batch."""
    if misfits:
        return EXIT_USAGE
    return EXIT_UNGRADED if any(each.entry.status == "ungraded" for each in graded) else 0


@app.command()
def show(
    submission: Work,
    rubric: RubricFile = None,
    lang: Lang = None,
    require_isolation: Isolation = "any",
    isolation: IsolationMode = "full",
) -> None:
    """Show what is understood of a submission: cells, definitions, trainings, and why."""
    from rich.console import Console

    from grader.batch.slot import single_slot
    from grader.cli.show import print_overview
    from grader.intake import open_own_work
    from grader.language import speak

    setup = make_setup(
        train=False, full_curves=False, data="synthetic", data_root=None, rubric=rubric,
        isolation=require_isolation, mode=isolation, language=lang, private=(submission,),
    )  # fmt: skip
    speak(setup.language)
    with open_own_work(submission) as handed_in, single_slot(setup) as slot:
        slot.open()
        overview = slot.look(handed_in)
    print_overview(Console(), overview)
    raise typer.Exit(EXIT_UNGRADED if overview.problem is not None else 0)


@app.command()
def doctor(data_root: DataRoot = None, isolation: IsolationMode = "full") -> None:
    """Look at this machine: versions, cores, memory, isolation, data."""
    from rich.console import Console

    from grader.cli.doctor import examine_machine, print_findings
    from grader.machine import this_machine

    setup = make_setup(
        train=False, full_curves=False, data="auto", data_root=data_root, rubric=None,
        isolation="any", mode=isolation, threads=this_machine().cores,
    )  # fmt: skip
    print_findings(Console(), examine_machine(setup))


def main() -> None:
    """The console command. Exit codes stand in the README."""
    try:
        app()  # ends by SystemExit, also after a usage error
    except SystemExit as end:
        if end.code == EXIT_INTERRUPTED:
            from grader.language import _

            _errors().print(_("Interrupted. What was graded is in the output folder."))
        raise
    except UserError as error:
        from grader.terminal import print_user_error

        print_user_error(_errors(), error)
        if debugging() and error.__cause__ is not None:
            _errors().print_exception()  # what a sentence stands for, here as another software told
        sys.exit(EXIT_USAGE)
    except Exception as error:
        sys.exit(_report_bug(error))


def _errors() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _report_bug(error: Exception) -> int:
    from rich.markup import escape

    from grader.batch.slot import Bug

    errors = _errors()
    errors.print(
        f"[red]torchgrade failed:[/] {escape(str(error) or type(error).__name__)}\n"
        "This is a fault of torchgrade, not of the submission. Run it again with --debug and "
        "report what it prints.",
        highlight=False,
    )
    if debugging():
        errors.print(error.details if isinstance(error, Bug) else "", markup=False)
        errors.print_exception()
    return EXIT_BUG


if __name__ == "__main__":
    main()
