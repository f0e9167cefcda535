"""Loading a submission: its cells run once in one namespace, its trainings recorded.

A loop of the student's own is stopped where it shows itself, and with it the statement it stands in
or is called from. Of a statement such as `main()` with several own loops, the first one alone is
recorded: what follows it has not run when the statement is stopped, and whether it would train
depends on what the first loop does. (Calls of `train_part2` and `train_part34` stop their statement
only where it trains nothing else; of all others, every one is recorded.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from grader.harness.cells.failures import Sources, describe_failure
from grader.harness.cells.own_modules import OwnModules
from grader.harness.cells.statements import Program, Statement
from grader.harness.cells.versions import Versions
from grader.harness.loading.loaded import Loaded
from grader.harness.loading.mending import mend
from grader.harness.loading.namespace import first_namespace
from grader.harness.loading.running import Running
from grader.harness.metering.gate import Gate
from grader.harness.metering.watching import Watch, parameters_of
from grader.harness.recording.built import note_built
from grader.harness.recording.recorder import Recorder
from grader.harness.recording.recordings import Namespace, Recording
from grader.harness.recording.rehearsing import Rehearsing
from grader.harness.recording.standing import Changes
from grader.harness.surroundings.devices import Devices
from grader.harness.surroundings.served import open_source
from grader.harness.surroundings.shell import Shell
from grader.protocol.messages import Load
from grader.protocol.parts import Failure

MAX_ERRORS = 50
_NOTHING = object()


class Loader:
    """Runs cells.

    Args:
        gate: decides on batches; a `Rehearsal` is put in force here.
        watch: sees what the statements do.
        devices: put the CPU in place of a GPU.
        on_statement: told before each statement is run.
    """

    def __init__(
        self, gate: Gate, watch: Watch, devices: Devices, on_statement: Callable[[Statement], None]
    ) -> None:
        self._gate = gate
        self._devices = devices
        self._on_statement = on_statement
        self._rehearsing = Rehearsing(gate, watch, devices)
        self._to_mend: tuple[str, ...] = ()
        self._mended: set[str] = set()

    def load(self, request: Load, root: str) -> Loaded:
        """Run every statement that is not to be skipped.

        Args:
            request: what to run, and on which data.
            root: the folder that holds the submission's files.

        Raises:
            SyntaxError: a cell is no Python; nothing was run.
        """
        program = Program(request.cells)
        self._to_mend = request.mended
        files = frozenset(cell.file for cell in request.cells)
        sources = Sources(files, root)
        source = open_source(request.data, self._gate)
        namespace = first_namespace(source, request.data, self._gate)
        if request.cells and not request.cells[0].stop_at_error:  # a script knows where it is
            namespace["__file__"] = str(Path(root) / request.cells[0].file)
        given = dict(namespace)
        rehearse = partial(self._rehearsing.rehearse, namespace)
        recorder = Recorder(namespace, sources, rehearse=rehearse)
        recorder.wrap_functions(namespace)
        OwnModules(
            lambda file: sources.own_name(file) is not None, recorder.wrap_functions
        ).install()
        shell = Shell(recorder.calling_place, namespace, recorder.wrap_functions)
        shell.install()
        running = Running(self._rehearsing, recorder, self._devices)
        running.install()
        versions = Versions(request.names, sources)
        broken = program.broken.items()
        failures = [(cell, describe_failure(error, sources)) for cell, error in broken]
        stopped: set[int] = set()
        with self._rehearsing.in_force(namespace):
            for statement in program.statements:
                if statement.number in request.skip or statement.cell in stopped:
                    continue
                failure = self._run(statement, running, recorder, versions)
                if failure is None:
                    continue
                if failure.ends_cell:
                    stopped.add(statement.cell)
                failures.append((statement.cell, failure))
        _put_back(recorder)
        errors = [failure for _, failure in sorted(failures, key=lambda pair: pair[0])]
        return Loaded(
            namespace,
            recorder,
            tuple(errors[:MAX_ERRORS]),
            given,
            versions,
            tuple(shell.skipped),
            self._devices.without_gpu,
            source,
            request.data.batch_size,
            frozenset(self._mended),
        )

    def _run(
        self, statement: Statement, running: Running, recorder: Recorder, versions: Versions
    ) -> Failure | None:
        """Run a statement, and keep what it defined and what it trains."""
        self._on_statement(statement)
        before = dict(recorder.namespace)
        failure = running.run(statement)
        try:
            bound = self._bound(recorder.namespace, before)
            versions.note(statement, bound, recorder.namespace)
            if self._rehearsing.found:
                recorder.add(self._loop(statement, running, recorder, before))
            elif (call := recorder.take_back_calls()) is not None:
                # The statement that the call stands in is what is to be trained.
                run = running.anew(statement)
                where = statement.where
                recorder.add(
                    replace(call, api="loop", where=where, run=run, namespace=before, epochs=None)
                )
            else:
                note_built(recorder, bound, statement.where)
            recorder.wrap_functions(recorder.namespace)
        except BaseException as raised:  # objects that raise when they are looked at
            failure = failure or describe_failure(
                raised, recorder.sources, ends_cell=statement.ends_cell
            )
        return failure

    def _bound(self, namespace: Namespace, before: Namespace) -> Namespace:
        """What a statement has bound, mended where that is asked for."""
        bound = {k: v for k, v in namespace.items() if before.get(k, _NOTHING) is not v}
        for name in bound.keys() & self._to_mend:
            if mend(name, bound[name]):
                self._mended.add(name)
        return bound

    def _loop(
        self, statement: Statement, running: Running, recorder: Recorder, before: Namespace
    ) -> Recording:
        """The statement just stopped, as something to train."""
        trained = self._rehearsing.take_back(recorder.namespace)
        model, optimizer = trained.model, trained.optimizer
        if optimizer is None and "step" in statement.code.co_names:
            # It steps after several batches, and was stopped before its first step.
            optimizer = _optimizer_of(model, recorder.namespace)
        is_of_weights = trained.weights is not None
        function = recorder.namespace.get("three_layer_convnet") if is_of_weights else None
        is_seen = model is not None or callable(function)
        return Recording(
            target=recorder.next_target(),
            api="loop",
            where=statement.where,
            run=running.anew(statement),
            namespace=before,
            model=model,
            weights=trained.weights,
            function=function,
            optimizer=optimizer,
            seen=trained.seen,
            problem=None if is_seen else "no nn.Module is called in this loop",
        )


def _put_back(recorder: Recorder) -> None:
    """Put models back to what they are when their trainings begin: so they are described."""
    recorder.weights.put_back()
    changes = Changes()
    standings = [recording.standing for recording in recorder.recordings.values()]
    for standing in filter(None, standings):
        standing.note(changes)
    for standing in filter(None, standings):
        standing.restore_model()


def _optimizer_of(model: nn.Module | None, namespace: Namespace) -> torch.optim.Optimizer | None:
    """The last one that was made for a model."""
    made = [v for v in namespace.values() if isinstance(v, torch.optim.Optimizer)]
    own = parameters_of(model) if model is not None else set()
    return next((each for each in reversed(made) if own and parameters_of(each) == own), None)
