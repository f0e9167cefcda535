"""Loading a submission: its cells run once in one namespace, its trainings recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import torch
import torch.utils.data
import torchvision.datasets
import torchvision.transforms as T
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook

from grader.harness.cells import Program, Statement
from grader.harness.failures import Sources, describe_failure
from grader.harness.gate import Gate, Rehearsal, TrainingFound
from grader.harness.recording import Namespace, Recorder, Recording
from grader.harness.served import ServedCIFAR10, ServedLoader, Source, open_source
from grader.protocol.messages import Data, Definition, Failure, Load, Location

_GIVEN_FILE = Path(__file__).with_name("given.py")
_GIVEN_CODE = compile(_GIVEN_FILE.read_text(encoding="utf-8"), "<given>", "exec")
MAX_ERRORS = 50


class Watch:
    """Sees every backward pass, optimizer step and outermost model call of the process."""

    def __init__(self) -> None:
        self.loss: Tensor | None = None
        self.model: nn.Module | None = None
        self.optimizer: torch.optim.Optimizer | None = None
        self.on_backward: Callable[[], None] = lambda: None
        self.on_step: Callable[[], None] = lambda: None
        self._inner: set[int] = set()

    def install(self) -> None:
        """Put the hooks in place, for good."""
        backward: Callable[..., Any] = Tensor.backward

        def observed_backward(tensor: Tensor, *args: Any, **keywords: Any) -> Any:
            self.loss = tensor.detach()
            result = backward(tensor, *args, **keywords)
            self.on_backward()
            return result

        Tensor.backward = observed_backward  # type: ignore[assignment]
        register_optimizer_step_pre_hook(self._note_step)
        register_module_forward_pre_hook(self._note_forward)

    def last_loss(self) -> float | None:
        """The number on which `backward` was called last, if it was one."""
        if self.loss is None or self.loss.numel() != 1:
            return None
        return float(self.loss)

    def _note_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        self.optimizer = optimizer
        self.on_step()

    def _note_forward(self, module: nn.Module, _: object) -> None:
        # A module that is not inside the last outermost one is the outermost now. A loss function
        # is a module, too, but one without anything to train.
        if not module.training or not torch.is_grad_enabled() or id(module) in self._inner:
            return
        if module is not self.model and any(True for _ in module.parameters()):
            self.model = module
            self._inner = {id(inner) for inner in module.modules()} - {id(module)}


@dataclass
class Loaded:
    """A submission after its cells were run."""

    program: Program
    namespace: Namespace
    recorder: Recorder
    errors: tuple[Failure, ...]
    given: dict[str, object]

    def definition(self, name: str) -> Definition:
        """Where a name of the homework came from."""
        value = self.namespace.get(name)
        if value is None:
            return Definition(origin="missing")
        if value is self.given.get(name):
            return Definition(origin="given")
        return Definition(
            origin="own", where=self.program.definition(name) or self._code_place(value)
        )

    def _code_place(self, value: Any) -> Location | None:
        code = getattr(value, "__code__", None)
        if not isinstance(code, CodeType):
            return None
        own = self.recorder.sources.own_name(code.co_filename)
        return Location(file=own, line=code.co_firstlineno) if own is not None else None


class Loader:
    """Runs cells.

    Args:
        gate: decides on batches; a `Rehearsal` is put in force here.
        watch: sees what the statements do.
        on_statement: told before each statement is run.
    """

    def __init__(self, gate: Gate, watch: Watch, on_statement: Callable[[Statement], None]) -> None:
        self._gate = gate
        self._watch = watch
        self._on_statement = on_statement
        self._rehearsal = Rehearsal()

    def load(self, request: Load) -> Loaded:
        """Run every statement that is not to be skipped.

        Raises:
            SyntaxError: a cell is no Python; nothing was run.
        """
        program = Program(request.cells)
        files = frozenset(cell.file for cell in request.cells)
        sources = Sources(files, str(Path.cwd()))
        namespace = self._namespace(open_source(request.data, self._gate), request.data)
        given = dict(namespace)
        recorder = Recorder(namespace, sources)
        recorder.wrap_functions(namespace)
        errors: list[Failure] = []
        stopped: set[int] = set()
        with self._rehearsing():
            for statement in program.statements:
                if statement.number in request.skip or statement.cell in stopped:
                    continue
                failure = self._run(statement, program, recorder)
                if failure is None:
                    continue
                errors.append(failure)
                if program.cells[statement.cell].stop_at_error:
                    stopped.add(statement.cell)
        return Loaded(program, namespace, recorder, tuple(errors[:MAX_ERRORS]), given)

    def _namespace(self, source: Source, data: Data) -> Namespace:
        """The namespace before the first cell: the given code and loaders on the served data."""
        dataset = type("CIFAR10", (ServedCIFAR10,), {"source": source})
        torchvision.datasets.CIFAR10 = dataset
        torchvision.datasets.cifar.CIFAR10 = dataset
        torch.utils.data.DataLoader = ServedLoader  # type: ignore[misc]
        torch.utils.data.dataloader.DataLoader = ServedLoader  # type: ignore[misc]
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
            namespace[name] = ServedLoader(images, batch_size=data.batch_size, sampler=sampler)
        return namespace

    @contextmanager
    def _rehearsing(self) -> Iterator[None]:
        self._gate.policy = self._rehearsal
        self._watch.on_backward = self._rehearsal.note_backward
        self._watch.on_step = self._rehearsal.note_step
        try:
            yield
        finally:
            self._watch.on_backward = self._watch.on_step = lambda: None

    def _run(self, statement: Statement, program: Program, recorder: Recorder) -> Failure | None:
        self._on_statement(statement)
        self._rehearsal.begin_statement()
        namespace = recorder.namespace
        before = dict(namespace)
        failure = None
        try:
            exec(statement.code, namespace)
        except TrainingFound:
            pass
        except BaseException as error:  # SystemExit and KeyboardInterrupt are no way out either
            if not self._rehearsal.found:
                failure = describe_failure(error, recorder.sources)
        bound = {k: v for k, v in namespace.items() if before.get(k, _NOTHING) is not v}
        if self._rehearsal.found:
            recorder.add(self._loop(statement, recorder, before))
        else:
            recorder.note_built(bound, statement.where)
        recorder.wrap_functions(namespace)
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and recorder.sources.own_name(file) is not None:
                recorder.wrap_functions(module.__dict__)
        for recording in recorder.recordings.values():
            if recording.question is None:
                recording.question = program.question_above(recording.where)
        return failure

    def _loop(self, statement: Statement, recorder: Recorder, before: Namespace) -> Recording:
        """The statement just stopped, as something to train."""
        model, optimizer = self._watch.model, self._watch.optimizer
        if optimizer is not None:
            optimizer.zero_grad(set_to_none=True)

        def run_again() -> None:
            exec(statement.code, recorder.namespace)

        return Recording(
            target=recorder.next_target(),
            api="loop",
            where=statement.where,
            run=run_again,
            namespace=before,
            model=model,
            optimizer=optimizer,
            problem=None if model is not None else "no nn.Module is called in this loop",
        )


_NOTHING = object()
