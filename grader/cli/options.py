"""Options that several commands have, and what they come to: how to grade."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from grader.choices import DataChoice, Language, Mode
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from grader.batch.pool import Pool
    from grader.cluster import Target
    from grader.handout.opening import Handout
    from grader.jobs import Setup

Train = Annotated[bool, typer.Option("--train/--no-train", help="Carry out the training runs.")]
FullCurves = Annotated[
    bool, typer.Option("--full-curves", help="Train to the end of every budget.")
]
Share = Annotated[
    bool,
    typer.Option(
        "--share/--no-share",
        help="Train a run that equals the reference's once for all, or everybody's own.",
    ),
]
Data = Annotated[DataChoice, typer.Option(help="Which data set to train and measure on.")]
RubricFile = Annotated[Path | None, typer.Option(help="Another rubric than the shipped one.")]
Lang = Annotated[
    Language | None,
    typer.Option(
        help="What students read: sentences and reports [default: what the rubric says]",
    ),
]
Isolation = Annotated[
    Literal["any", "strict"],
    typer.Option(
        "--require-isolation",
        help="strict: refuse to grade unless every layer is there.",
    ),
]
IsolationMode = Annotated[
    Mode, typer.Option("--isolation", hidden=True, help="Which layers are tried; for tests.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Grade on a Dask cluster: its scheduler, as in tls://HOST:8786."),
]
Cluster = Annotated[
    str | None,
    typer.Option(help="local:N grades on a Dask cluster of N workers here, to try it."),
]
TlsCa = Annotated[
    Path | None, typer.Option(help="Who vouches for the cluster's certificates; a PEM file.")
]
TlsCert = Annotated[Path | None, typer.Option(help="Our certificate for the cluster.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its key.")]
InsecureCluster = Annotated[
    bool,
    typer.Option("--insecure-cluster", help="Accept connections to other machines without TLS."),
]


def make_setup(
    *,
    train: bool,
    full_curves: bool,
    data: DataChoice,
    data_root: Path | None,
    rubric: Path | None,
    isolation: Literal["any", "strict"],
    mode: Mode,
    threads: int = 1,
    share: bool = True,
    language: Language | None = None,
    handout: Handout | None = None,
    private: Iterable[Path | None] = (),
) -> Setup:
    """How to grade, by a rubric that can be used; of what is `private`, no worker may read.

    Raises:
        RubricError: it cannot.
    """
    from grader.checks.catalogue import known_checks, known_mistakes
    from grader.jobs import Setup
    from grader.rubric import default_rubric, load_rubric

    path = handout.rubric if handout is not None else rubric or default_rubric()
    # A mistake in it is told at once, before torch is loaded.
    loaded = load_rubric(path, known_checks(), known_mistakes())
    return Setup(
        rubric=str(path),
        data=data,
        data_root=str(data_root) if data_root else None,
        train=train,
        share=share and handout is None,  # what is shared is the reference's
        cases=str(handout.cases) if handout is not None else None,
        full_curves=full_curves,
        strict_isolation=isolation == "strict",
        isolation=mode,
        language=language or loaded.assignment.language,
        threads=threads,
        private=tuple(str(path.resolve()) for path in private if path is not None),
        debug=debugging(),
    )


def debugging() -> bool:
    """Whether `--debug` was said, wherever on the command line."""
    return "--debug" in sys.argv


@contextmanager
def opened_pool(
    setup: Setup, cluster: Target | None, slots: int, warn: Callable[[str], None]
) -> Iterator[Pool]:
    """Whoever grades: the cluster that is asked for, or slots of this machine.

    Args:
        setup: what holds for all submissions.
        cluster: which cluster; None for this machine.
        slots: of this machine.
        warn: is told what the user should know of a cluster while the grading goes on.

    Raises:
        UsageError: Dask is not installed, or the cluster cannot be used so.
        UserError: the cluster does not answer.
    """
    if cluster is None:
        from grader.batch.pool import SlotPool

        with SlotPool(setup, slots) as pool:
            yield pool
        return
    try:
        from grader.cluster.connecting import cluster_pool
    except ModuleNotFoundError as error:
        raise UsageError(
            f"Grading on a cluster needs {error.name}, which is not installed here: "
            "pip install 'torchgrade[cluster]'."
        ) from error
    with cluster_pool(setup, cluster, warn) as pool:
        yield pool
