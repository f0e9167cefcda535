"""Loading a submission: its cells run once in one namespace, its trainings recorded.

A loop of the student's own is stopped where it shows itself, and with it the statement it stands in
or is called from. Of a statement such as `main()` with several own loops, the first one alone is
recorded: what follows it has not run when the statement is stopped, and whether it would train
depends on what the first loop does. (Calls of `train_part2` and `train_part34` stop their statement
only where it trains nothing else; of all others, every one is recorded.)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import torch
import torch.utils.data
import torchvision.datasets
import torchvision.transforms as T
from torch import Tensor, nn

from grader.harness.barebones import Barebones
from grader.harness.built import are_convnet_weights, note_built
from grader.harness.cells import Program, Statement, lenient_code
from grader.harness.devices import Devices
from grader.harness.excuses import Excuses
from grader.harness.failures import Sources, describe_failure
from grader.harness.feeding import ServedLoader
from grader.harness.gate import Gate, Rehearsal, TrainingFound
from grader.harness.loaded import Loaded
from grader.harness.mending import mend
from grader.harness.once import Once
from grader.harness.own_modules import OwnModules
from grader.harness.recorder import Recorder, Rehearsed
from grader.harness.recording import Namespace, Recording
from grader.harness.returned import Returned
from grader.harness.served import ServedCIFAR10, Source, open_source
from grader.harness.shell import Shell
from grader.harness.standing import Changes
from grader.harness.undo import Undo, leaves
from grader.harness.versions import Versions
from grader.harness.watching import Watch, parameters_of
from grader.protocol.messages import Data, Load
from grader.protocol.parts import Failure

_GIVEN_FILE = Path(__file__).with_name("given.py")
_GIVEN_CODE = compile(_GIVEN_FILE.read_text(encoding="utf-8"), "<given>", "exec")
MAX_ERRORS = 50
_OF_NUMBERS = (torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler, Returned)
"""What is made of the numbers that a search gives."""


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
        self._watch = watch
        self._on_statement = on_statement
        self._rehearsal = Rehearsal()
        self._undo = Undo()
        self._barebones = Barebones()
        self._once = Once()
        self._excuses = Excuses()
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
        namespace = self._namespace(source, request.data)
        if request.cells and not request.cells[0].stop_at_error:  # a script knows where it is
            namespace["__file__"] = str(Path(root) / request.cells[0].file)
        given = dict(namespace)
        rehearse = partial(self._rehearse, namespace)
        recorder = Recorder(namespace, sources, rehearse=rehearse)
        recorder.wrap_functions(namespace)
        OwnModules(
            lambda file: sources.own_name(file) is not None, recorder.wrap_functions
        ).install()
        shell = Shell(recorder.calling_place, namespace, recorder.wrap_functions)
        shell.install()
        self._once.install()
        versions = Versions(request.names, sources)
        broken = program.broken.items()
        failures = [(cell, describe_failure(error, sources)) for cell, error in broken]
        stopped: set[int] = set()
        with self._rehearsing(namespace):
            for statement in program.statements:
                if statement.number in request.skip or statement.cell in stopped:
                    continue
                failure = self._run(statement, recorder, versions)
                if failure is None:
                    continue
                if failure.ends_cell:
                    stopped.add(statement.cell)
                failures.append((statement.cell, failure))
        recorder.weights.put_back()
        changes = Changes()
        standings = [recording.standing for recording in recorder.recordings.values()]
        for standing in filter(None, standings):
            standing.note(changes)
        for standing in filter(None, standings):
            standing.restore_model()  # a model is described as it is trained
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

    def _namespace(self, source: Source, data: Data) -> Namespace:
        """The namespace before the first cell: the given code and loaders on the served data."""
        dataset = type("CIFAR10", (ServedCIFAR10,), {"source": source})
        torchvision.datasets.CIFAR10 = dataset
        torchvision.datasets.cifar.CIFAR10 = dataset
        loader: type[Any] = type("DataLoader", (ServedLoader,), {"gate": self._gate})
        torch.utils.data.DataLoader = loader  # type: ignore[misc]  # a class for a class
        torch.utils.data.dataloader.DataLoader = loader  # type: ignore[misc]  # a class for a class
        module = ModuleType("__main__")
        sys.modules["__main__"] = module  # what student code finds there is its own namespace
        namespace = module.__dict__
        exec(_GIVEN_CODE, namespace)
        transform = T.Compose([T.ToTensor(), T.Normalize(data.mean, data.std)])
        train, test = (
            dataset(train=True, transform=transform),
            dataset(train=False, transform=transform),
        )
        end = data.nominal_train + data.nominal_validation
        for name, images, indices in (
            ("loader_train", train, range(data.nominal_train)),
            ("loader_val", train, range(data.nominal_train, end)),
            ("loader_test", test, range(data.nominal_test)),
        ):
            sampler = torch.utils.data.SubsetRandomSampler(indices)
            namespace[name] = loader(images, batch_size=data.batch_size, sampler=sampler)
        return namespace

    @contextmanager
    def _rehearsing(self, namespace: Namespace) -> Iterator[None]:
        watch, rehearsal, undo = self._watch, self._rehearsal, self._undo

        def note_backward(outputs: Sequence[Tensor]) -> None:
            rehearsal.note_backward(of_weights=_are_of_weights(outputs, namespace))
            if rehearsal.may_train:
                undo.keep_weights(outputs, namespace)
            if rehearsal.may_train and self._barebones.weights is None:
                self._barebones.note_backward(outputs)

        def note_step(optimizer: torch.optim.Optimizer) -> None:
            rehearsal.note_step(optimizer)
            undo.keep_optimizer(optimizer)

        self._gate.policy = rehearsal
        watch.on_model, watch.on_images = undo.keep_buffers, rehearsal.note_images
        watch.on_backward, watch.on_step = note_backward, note_step
        watch.on_stepped = rehearsal.note_step_over
        watch.on_evaluation = rehearsal.note_evaluation
        try:
            yield
        finally:
            watch.ignore()

    def _rehearse(self, namespace: Namespace, training: Callable[[], object]) -> Rehearsed | None:
        """Begin a training within a statement, up to its first step; nothing of it stays."""
        self._begin()
        error = None
        try:
            training()
        except BaseException as raised:  # TrainingFound, or whatever a student's code raises
            error = raised
        model = self._watch.trained_model(reversed(list(namespace.values())))
        optimizer = self._watch.optimizer
        self._undo.restore()
        self._begin()
        if error is not None and self._devices.replaced_for(error):
            return self._rehearse(namespace, training)
        return None if model is None or optimizer is None else Rehearsed(model, optimizer)

    def _begin(self) -> None:
        """Forget what was seen so far."""
        self._rehearsal.begin_statement()
        self._watch.begin()
        self._undo.begin()
        self._barebones.begin()

    def _run(self, statement: Statement, recorder: Recorder, versions: Versions) -> Failure | None:
        self._on_statement(statement)
        before = dict(recorder.namespace)
        error, failure = self._execute(statement, statement.code, recorder), None
        if error is None and not self._is_left_out(recorder):
            self._excuses.note_bound(statement)
        if error is not None:
            if self._devices.replaced_for(error):
                return self._run(statement, recorder, versions)
            excused = self._excuses.cover(statement, error, recorder)
            if not (excused and self._run_with_numbers(statement, recorder)):
                ends = statement.ends_cell and not excused
                failure = describe_failure(error, recorder.sources, ends_cell=ends)
                if excused:
                    self._run_leniently(statement, recorder, before)
        try:
            self._note(statement, recorder, versions, before)
        except BaseException as raised:  # objects that raise when they are looked at
            failure = failure or describe_failure(
                raised, recorder.sources, ends_cell=statement.ends_cell
            )
        return failure

    def _run_with_numbers(self, statement: Statement, recorder: Recorder) -> bool:
        """Once more, with numbers for what a search was to give; whether that is of use.

        `best_lr = max(results, key=results.get)` finds nothing while trainings are left out, but
        the optimizer that is made with it is the one that the next training is given. One of the
        same name, made further above, is another model's.
        """
        missing = self._excuses.missing_of(statement) - recorder.namespace.keys()
        numbers = {name: Returned() for name in missing}
        if not numbers or recorder.calls:
            return False
        names = dict(recorder.namespace)
        recorder.namespace.update(numbers)
        error = self._execute(statement, statement.code, recorder)
        made = [recorder.namespace.get(name) for name in statement.binds]
        trained = [call.problem for call in recorder.calls]
        is_of_use = (
            error is None
            and not self._rehearsal.found
            and recorder.stopped is None
            and bool(made or trained)
            and all(isinstance(each, _OF_NUMBERS) for each in made)
            and not any(trained)
        )
        if is_of_use:
            for name in missing - statement.binds:
                recorder.namespace.pop(name, None)
            self._excuses.note_bound(statement)
        else:
            recorder.forget_calls()
            recorder.begin_statement(statement.code)
            self._rehearsal.begin_statement()
            self._rebind(recorder, names)
        return is_of_use

    def _run_leniently(self, statement: Statement, recorder: Recorder, before: Namespace) -> None:
        """Once more, where trainings were recorded: an error has kept it from those that follow.

        Most likely it draws or opens what they did not give.
        """
        code = lenient_code(statement) if recorder.calls else None
        if code is None:
            return
        first, names = recorder.calls, dict(recorder.namespace)
        recorder.forget_calls()
        self._rebind(recorder, before)
        self._execute(statement, code, recorder)
        if recorder.stopped is None and len(recorder.calls) < len(first):
            # What works only once (a folder that is made, an iterator) ended it before.
            recorder.forget_calls()
            recorder.recordings.update({call.target: call for call in first})
            self._rebind(recorder, names)

    @staticmethod
    def _rebind(recorder: Recorder, names: Namespace) -> None:
        recorder.namespace.clear()
        recorder.namespace.update(names)

    def _execute(
        self, statement: Statement, code: CodeType, recorder: Recorder
    ) -> BaseException | None:
        """Run code of a statement; what it raises, where it is not stopped for its training."""
        self._begin()
        recorder.begin_statement(code)
        self._once.begin(recorder.namespace)
        raised = None
        try:
            exec(code, recorder.namespace)
        except TrainingFound:
            pass
        except BaseException as error:  # SystemExit and KeyboardInterrupt are no way out either
            raised = error
        is_stopped = self._rehearsal.found or recorder.stopped is not None
        if self._is_left_out(recorder):
            self._excuses.note_left_out(statement)
        if raised is not None:
            recorder.sources.absent.note(statement, raised)
        recorder.raised = raised is not None and not is_stopped
        return raised if recorder.raised else None

    def _is_left_out(self, recorder: Recorder) -> bool:
        """Whether something of what the statement in hand does was left out."""
        return self._rehearsal.found or recorder.stopped is not None or recorder.leaves_out

    def _note(
        self, statement: Statement, recorder: Recorder, versions: Versions, before: Namespace
    ) -> None:
        """Keep what a statement defined and what it trains."""
        namespace = recorder.namespace
        bound = {k: v for k, v in namespace.items() if before.get(k, _NOTHING) is not v}
        for name in bound.keys() & self._to_mend:
            if mend(name, bound[name]):
                self._mended.add(name)
        versions.note(statement, bound, namespace)
        if self._rehearsal.found:
            recorder.add(self._loop(statement, recorder, before))
        elif (call := recorder.take_back_calls()) is not None:
            recorder.add(self._as_a_whole(statement, recorder, before, call))
        else:
            note_built(recorder, bound, statement.where)
        recorder.wrap_functions(namespace)

    def _as_a_whole(
        self, statement: Statement, recorder: Recorder, before: Namespace, call: Recording
    ) -> Recording:
        """The statement that a call stands in, as something to train."""
        return replace(
            call,
            api="loop",
            where=statement.where,
            run=self._once.anew(statement.code, recorder.namespace),
            namespace=before,
            epochs=None,
        )

    def _loop(self, statement: Statement, recorder: Recorder, before: Namespace) -> Recording:
        """The statement just stopped, as something to train."""
        model = self._watch.trained_model(reversed(list(recorder.namespace.values())))
        optimizer = self._watch.optimizer
        if optimizer is None and "step" in statement.code.co_names:
            # It steps after several batches, and was stopped before its first step.
            optimizer = _optimizer_of(model, recorder.namespace)
        weights = self._barebones.weights if model is None else None
        function = recorder.namespace.get("three_layer_convnet") if weights is not None else None
        self._undo.restore()
        return Recording(
            target=recorder.next_target(),
            api="loop",
            where=statement.where,
            run=self._once.anew(statement.code, recorder.namespace),
            namespace=before,
            model=model,
            weights=weights,
            function=function,
            optimizer=optimizer,
            seen=self._watch.seen,
            problem=None
            if model is not None or callable(function)
            else "no nn.Module is called in this loop",
        )


def _are_of_weights(outputs: Sequence[Tensor], namespace: Namespace) -> bool:
    """Whether they were computed from a list of the ConvNet's weights."""
    lists = [value for value in namespace.values() if are_convnet_weights(value)]
    found = {id(leaf) for leaf in leaves(outputs)} if lists else set()
    return any(found.issuperset(map(id, weights)) for weights in lists)


def _optimizer_of(model: nn.Module | None, namespace: Namespace) -> torch.optim.Optimizer | None:
    """The last one that was made for a model."""
    made = [v for v in namespace.values() if isinstance(v, torch.optim.Optimizer)]
    own = parameters_of(model) if model is not None else set()
    return next((each for each in reversed(made) if own and parameters_of(each) == own), None)


_NOTHING = object()
