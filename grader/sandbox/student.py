"""`Student`: the trusted side's proxy of one submission and of the worker that runs it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.errors import (
    Place,
    ProtocolError,
    WorkerCrashed,
    WorkerError,
    WorkerTimeout,
)
from grader.files import remove_tree
from grader.protocol import messages as m
from grader.sandbox.values import decode_tensor, encode_arguments, student_error
from grader.sandbox.workers import NOTHING, Tensors, Worker

BUDGET_SLACK = 0.1
"""Epochs by which a run may exceed its budget: a last batch may be larger than what was left."""

MAX_RELOADS = 3
"""How many statements that end the process are skipped before loading is given up."""


@dataclass(frozen=True)
class Material:
    """What a worker is given of a submission: its cells, and its files as name -> source path."""

    cells: tuple[m.Cell, ...]
    files: Mapping[str, Path]


@dataclass(frozen=True)
class Deadlines:
    """Seconds of wall clock for each kind of request, and how many fresh workers there may be."""

    load: float
    request: float
    pause: float
    train: float
    restarts: int


@dataclass
class Student:
    """Calls a submission's code in a worker and returns tensors, or raises a WorkerError.

    A worker is started when first needed and again after it was lost. Use as a context manager.

    Args:
        material: the submission.
        start_worker: starts a worker whose scratch directory is the argument.
        load: the `load` request, but for cells, seed and skipped statements.
        deadlines: see :class:`Deadlines`.
        seed: of the namespace: what the submission draws at random while it is loaded.
        scratch: the folder in which workers get theirs.
        answers: of names that are defined several times, the definition that counts, where it is
            not what the name means in the end.
    """

    material: Material
    start_worker: Callable[[Path], Worker]
    load: m.Load
    deadlines: Deadlines
    seed: int
    scratch: Path
    answers: Mapping[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    layers: tuple[str, ...] = ()
    _worker: Worker | None = None
    _loaded: m.Loaded | None = None
    _skip: tuple[int, ...] = ()
    _starts: int = 0
    _resources: ExitStack = field(default_factory=ExitStack)
    _refusal: WorkerError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._resources.close()

    # --- what checks use ----------------------------------------------------------------------

    @property
    def loaded(self) -> m.Loaded:
        """What loading the submission showed.

        Raises:
            WorkerError: it cannot be loaded.
        """
        self._require_worker()
        assert self._loaded is not None
        return self._loaded

    def definition(self, name: str) -> m.Definition:
        """Where the definition of a name that counts came from."""
        found = self.loaded.definitions.get(name, m.Definition(origin="missing"))
        version = self.answers.get(name)
        if version is None or version >= len(found.versions):
            return found
        return m.Definition(origin="own", where=found.versions[version], versions=found.versions)

    def flatten(self, x: Tensor, *, contiguous: bool = True) -> Tensor:
        """The submission's `flatten`; x: (N, ...)."""
        return self._call_function("flatten", (x,), contiguous=contiguous)

    def three_layer_convnet(self, x: Tensor, params: Sequence[Tensor]) -> Tensor:
        """The submission's `three_layer_convnet`; x: (N, C, H, W)."""
        return self._call_function("three_layer_convnet", (x, params))

    def three_layer_convnet_gradients(
        self, x: Tensor, params: Sequence[Tensor], upstream: Tensor
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """Gradients of sum(scores * upstream) by x and by each of `params`, None for none."""
        callee = "function:three_layer_convnet"
        version = self.answers.get("three_layer_convnet")
        gradients = self._gradients(callee, (x, params), upstream, version=version)
        by_params = [gradients.get(f"argument:1.{i}") for i in range(len(params))]
        return gradients.get("argument:0"), by_params

    def build(self, class_name: str, keywords: Mapping[str, int], *, seed: int = 0) -> StudentModel:
        """A new object of one of the submission's model classes."""
        return self._build(
            m.Build(
                source=f"class:{class_name}",
                keywords=dict(keywords),
                seed=seed,
                version=self.answers.get(class_name),
            )
        )

    def copy_model(self, target: str) -> StudentModel:
        """A copy of a recorded run's model, so that looking at it does not change the run."""
        return self._build(m.Build(source=target, seed=0))

    def weights(self, target: str) -> dict[str, Tensor]:
        """The weights of a recorded run or a built model, by name."""
        _, tensors = self._ask(m.GetWeights(target=target), expect=m.Weights)
        return dict(tensors)

    def scores(self, target: str, images: NDArray[np.uint8]) -> Tensor:
        """Scores of a recorded run's model for (N, H, W, 3) uint8 images: (N, classes) float32.

        Raises:
            ReplyError: it returned something else.
        """
        body = {"images": torch.from_numpy(np.array(images))}
        reply, tensors = self._ask(m.Predict(target=target), body, expect=m.Value)
        return decode_tensor(reply, tensors)

    def train(
        self,
        targets: Sequence[str],
        *,
        seed: int,
        epochs: int,
        pauses_per_epoch: int,
        threads: int,
        on_pause: Callable[[m.Paused], bool],
    ) -> m.Trained:
        """Carry out recorded trainings.

        Args:
            targets: the recordings, in order, under one budget.
            seed: of every random number generator.
            epochs: the budget.
            pauses_per_epoch: how often `on_pause` is called.
            threads: of torch's operations.
            on_pause: may ask for scores; returns whether to go on.

        Raises:
            WorkerError: the run hung, crashed, or its worker's progress is no possible one.
        """
        request: m.Message = m.Train(
            targets=tuple(targets),
            seed=seed,
            epochs=epochs,
            pauses_per_epoch=pauses_per_epoch,
            threads=threads,
        )
        end = time.monotonic() + self.deadlines.train
        iteration = 0
        # More pauses than the budget has would be more tries at a lucky measurement.
        for _ in range(epochs * pauses_per_epoch + 1):
            left = end - time.monotonic()
            if left <= 0:
                self._require_worker().end()
                raise WorkerTimeout(self.deadlines.train)
            reply, _ = self._ask_raw(request, NOTHING, left, quiet_seconds=self.deadlines.pause)
            if not isinstance(reply, (m.Paused, m.Trained)):
                raise self._protocol_error(reply)
            if reply.iteration < iteration or reply.epoch > epochs + BUDGET_SLACK:
                raise self._protocol_error(reply)
            if isinstance(reply, m.Trained):
                return reply
            if reply.iteration == iteration:  # a pause without a step is a second try
                raise self._protocol_error(reply)
            iteration = reply.iteration
            request = m.Resume() if on_pause(reply) else m.Stop()
        raise self._protocol_error(reply)

    def fresh(self, seed: int) -> Student:
        """The same submission in a worker of its own, loaded with another seed."""
        return Student(
            self.material, self.start_worker, self.load, self.deadlines, seed, self.scratch
        )

    # --- requests -----------------------------------------------------------------------------

    def _call_function(
        self, name: str, arguments: Sequence[object], *, contiguous: bool = True
    ) -> Tensor:
        version = self.answers.get(name)
        return self._call(f"function:{name}", arguments, contiguous=contiguous, version=version)

    def _call(
        self,
        callee: str,
        arguments: Sequence[object],
        *,
        contiguous: bool = True,
        version: int | None = None,
    ) -> Tensor:
        encoded, tensors = encode_arguments(arguments, contiguous=contiguous)
        request = m.Call(callee=callee, arguments=encoded, seed=self.seed, version=version)
        reply, body = self._ask(request, tensors, expect=m.Value)
        return decode_tensor(reply, body)

    def _gradients(
        self,
        callee: str,
        arguments: Sequence[object],
        upstream: Tensor,
        *,
        version: int | None = None,
    ) -> dict[str, Tensor]:
        encoded, tensors = encode_arguments(arguments)
        request = m.Call(
            callee=callee, arguments=encoded, seed=self.seed, upstream="upstream", version=version
        )
        _, body = self._ask(request, {**tensors, "upstream": upstream}, expect=m.Gradients)
        return dict(body)

    def _build(self, request: m.Build) -> StudentModel:
        reply, _ = self._ask(request, expect=m.Built)
        assert isinstance(reply, m.Built)
        return StudentModel(self, reply.target, reply.model)

    def _ask(
        self, request: m.Message, tensors: Tensors = NOTHING, *, expect: type[m.Message]
    ) -> tuple[m.Reply, Tensors]:
        reply, body = self._ask_raw(request, tensors, self.deadlines.request)
        if not isinstance(reply, expect):
            raise self._protocol_error(reply)
        return reply, body

    def _ask_raw(
        self,
        request: m.Message,
        tensors: Tensors,
        seconds: float,
        *,
        quiet_seconds: float | None = None,
    ) -> tuple[m.Reply, Tensors]:
        reply, body = self._require_worker().ask(
            request, tensors, seconds=seconds, quiet_seconds=quiet_seconds
        )
        if isinstance(reply, m.Raised):
            raise student_error(reply.error)
        return reply, body

    def _protocol_error(self, reply: m.Message) -> ProtocolError:
        self._require_worker().end()
        return ProtocolError(f"an unexpected `{getattr(reply, 'kind', '?')}`")

    # --- the worker ---------------------------------------------------------------------------

    def _require_worker(self) -> Worker:
        if self._refusal is not None:
            raise self._refusal
        if self._worker is None or not self._worker.alive:
            self._restart()
        assert self._worker is not None
        return self._worker

    def _restart(self) -> None:
        self._resources.close()
        if self._starts > self.deadlines.restarts:
            raise self._refuse(
                WorkerCrashed(
                    f"your code ended or hung its process {self._starts} times; "
                    "nothing more of it is run"
                )
            )
        self._starts += 1
        scratch = Path(tempfile.mkdtemp(prefix="worker-", dir=self.scratch))
        self._resources.callback(remove_tree, scratch)
        for name, source in self.material.files.items():
            target = scratch / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        self._worker = self._resources.enter_context(self.start_worker(scratch))
        self.layers = self._worker.layers
        self._load(self._worker)

    def _load(self, worker: Worker) -> None:
        last: deque[m.Notice] = deque(maxlen=1)
        request = self.load.model_copy(
            update={"cells": self.material.cells, "seed": self.seed, "skip": self._skip}
        )
        try:
            reply, _ = worker.ask(request, seconds=self.deadlines.load, on_notice=last.append)
        except (WorkerCrashed, WorkerTimeout) as error:
            self._skip_statement(last[-1] if last else None, error)
            self._restart()
            return
        if not isinstance(reply, m.Loaded):
            raise self._refuse(ProtocolError("no `loaded` came after `load`"))
        if reply.syntax_error is not None:
            raise self._refuse(student_error(reply.syntax_error))
        self._loaded = reply

    def _skip_statement(self, at: m.Notice | None, error: WorkerError) -> None:
        """Leave out the statement that ended the process, so that the rest can still be judged."""
        if not isinstance(at, m.At) or len(self._skip) >= MAX_RELOADS:
            raise self._refuse(error)
        place = Place(at.where.file, at.where.line)
        self.notes.append(f"{place}: {error}; this statement was left out.")
        self._skip = (*self._skip, at.statement)

    def _refuse(self, error: WorkerError) -> WorkerError:
        self._refusal = error
        return error


@dataclass(frozen=True)
class StudentModel:
    """A model in the worker."""

    student: Student
    target: str
    model: m.Model

    def scores(self, x: Tensor) -> Tensor:
        """The model's result for x: (N, C, H, W)."""
        return self.student._call(self.target, (x,))

    def gradients(self, x: Tensor, upstream: Tensor) -> tuple[Tensor | None, dict[str, Tensor]]:
        """Gradients of sum(scores * upstream) by x and by every parameter that has one."""
        gradients = self.student._gradients(self.target, (x,), upstream)
        prefix = "parameter:"
        by_name = {
            name.removeprefix(prefix): tensor
            for name, tensor in gradients.items()
            if name.startswith(prefix)
        }
        return gradients.get("argument:0"), by_name

    def weights(self) -> dict[str, Tensor]:
        """All parameters by name."""
        return self.student.weights(self.target)

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Copy tensors into the parameters of those names."""
        self.student._ask(m.SetWeights(target=self.target), dict(weights), expect=m.Done)
