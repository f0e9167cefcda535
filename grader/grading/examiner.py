"""The examiner process: takes jobs from the scheduler, grades, answers with results."""

from __future__ import annotations

import dataclasses
import socket
import tempfile
import traceback
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path

import torch

from grader.checks.catalogue import known_checks
from grader.data import default_data_root, open_store, shared_trainings
from grader.errors import UserError, WorkerNotStarted
from grader.files import NO_ROOM, is_full, written
from grader.grading.grader import Grader, Watcher
from grader.grading.students import Options
from grader.harness.speed.memory import keep_freed_memory
from grader.jobs import (
    ORDER,
    Broken,
    CheckStarted,
    Event,
    Finished,
    Isolation,
    Job,
    Look,
    Opened,
    Refused,
    Seen,
    Setup,
    Trained,
)
from grader.language import _, speak
from grader.machine import stay_on
from grader.results import SubmissionResult
from grader.rubric import Rubric, load_rubric
from grader.training.conductor import Progress


def examine(connection: socket.socket, control: socket.socket) -> None:
    """Serve one scheduler until it closes its end.

    Args:
        connection: to the scheduler; first a `Setup`, then orders.
        control: to the worker server.
    """
    # Two files, not one: writing to a text file drops what it has read ahead.
    with (
        connection.makefile("r", encoding="utf-8", newline="\n") as orders,
        connection.makefile("w", encoding="utf-8", newline="\n") as events,
    ):
        try:
            setup = Setup.model_validate_json(orders.readline())
            speak(setup.language)
            stay_on(setup.cores)
            if setup.train:
                keep_freed_memory()
            torch.set_num_threads(1)  # it compares small tensors; a second thread costs more
            rubric = load_rubric(Path(setup.rubric), known_checks())
            if setup.container is not None:
                rubric = rubric.within(setup.container)
            grader = _grader(setup, rubric, control)
            _send(
                events,
                Opened(
                    assignment=rubric.assignment.title,
                    max_score=rubric.points,
                    provenance=grader.provenance(grader.setup_key),
                ),
            )
            for line in orders:
                order = ORDER.validate_json(line)
                if isinstance(order, Job):
                    _send(events, _grade(grader, order, events))
                elif isinstance(order, Look):
                    _send(events, Seen(overview=grader.look(order.look_at)))
                else:
                    _send(events, _probe(grader))
        except UserError as error:
            _send(events, Refused(message=str(error)))
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            _send(events, Broken(message=message, traceback=traceback.format_exc()))


def _grader(setup: Setup, rubric: Rubric, control: socket.socket) -> Grader:
    root = Path(setup.data_root) if setup.data_root else None
    store = open_store(setup.data, root)
    options = Options(
        train=setup.train,
        full_curves=setup.full_curves,
        shared=shared_trainings(root) if setup.share else None,
        strict_isolation=setup.strict_isolation,
        late_is_left_out=setup.container is not None,
        cases=Path(setup.cases) if setup.cases is not None else None,
        isolation=setup.isolation,
        language=setup.language,
        threads=setup.threads,
        cores=setup.cores,
        scratch=Path(setup.scratch or tempfile.gettempdir()),
        private=_private(setup, root or default_data_root()),
    )
    return Grader(rubric, store, control, options)


def _private(setup: Setup, data_root: Path) -> tuple[str, ...]:
    """All that no worker may read: a course may lie below what everybody may, as /usr/share."""
    cases = (setup.cases,) if setup.cases is not None else ()
    return (*setup.private, setup.rubric, str(data_root), *cases)


def _grade(grader: Grader, job: Job, events: TextIOWrapper) -> Finished:
    """Grade, whatever happens: a fault of torchgrade's own costs this submission alone."""

    def on_check(check: str) -> None:
        _send(events, CheckStarted(check=check, title=_(known_checks()[check].title)))

    def on_progress(progress: Progress) -> None:
        _send(events, Trained(**dataclasses.asdict(progress)))

    def grade() -> SubmissionResult:
        return grader.grade(job.submission, Watcher(on_check, on_progress))

    try:
        return Finished(result=written(grade, Path(tempfile.gettempdir())))
    except UserError:
        raise
    except Exception as error:
        reason = _why_not_graded(error)
    return Finished(result=grader.ungraded(job.submission, reason))


def _why_not_graded(error: Exception) -> str:
    """What to say of a submission that could not be graded.

    Raises:
        UserError: none can be.
    """
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        # Its workers are gone, and what they had written: was it they who filled it?
        if is_full(Path(tempfile.gettempdir())):
            raise UserError("The disk of TMPDIR is full. Make room or choose another.") from error
        return _("The disk of TMPDIR was full while this was graded, and is not any more.")
    traceback.print_exception(error)  # seen with --debug
    if isinstance(error, WorkerNotStarted):
        return _(
            "No process could be started for it ({error}). Allow more processes and memory "
            "here, or grade fewer at once with --jobs; then grade again.",
            error=error,
        )
    what = f"{type(error).__name__}: {error}"[:500]
    return _("torchgrade itself failed on this submission ({error}). Please report it.", error=what)


def _probe(grader: Grader) -> Isolation:
    return Isolation(
        layers=grader.probe_isolation(),
        torch=torch.__version__,
        torchvision=version("torchvision"),
    )


def _send(events: TextIOWrapper, event: Event) -> None:
    events.write(event.model_dump_json() + "\n")
    events.flush()
