"""`Student`: what the trusted side asks of a submission."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.errors import WentOn, WorkerTimeout
from grader.protocol import messages as m
from grader.protocol import parts
from grader.sandbox.session import Deadlines, Material, Session
from grader.sandbox.values import decode_tensor, encode_arguments
from grader.sandbox.workers import NOTHING

__all__ = ["Deadlines", "Material", "Student", "StudentModel"]

BUDGET_SLACK = 0.1
"""Epochs by which a run may exceed its budget: a last batch may be larger than what was left."""

STOP_REQUESTS = 3
"""How many requests' time a training has to end that was stopped: code after it may evaluate."""


class _Which(TypedDict, total=False):
    """Which definition of a name is meant; see :class:`grader.protocol.messages.Call`."""

    version: int | None
    trained: str | None


@dataclass
class Student(Session):
    """Calls a submission's code in a worker and returns tensors, or raises a WorkerError.

    Attributes:
        answers: of names that are defined several times, the definition that counts, where it is
            not what the name means in the end.
        trained: of names that a recorded run trains, that run: what is defined is judged among the
            names that were there then.
    """

    answers: Mapping[str, int] = field(default_factory=dict)
    trained: Mapping[str, str] = field(default_factory=dict)

    # --- what checks use ----------------------------------------------------------------------

    def definition(self, name: str) -> parts.Definition:
        """Where the definition of a name that counts came from."""
        found = self.loaded.definitions.get(name, parts.Definition(origin="missing"))
        version = self.answers.get(name)
        if version is None or version >= len(found.versions):
            return found
        return parts.Definition(
            origin="own", where=found.versions[version], versions=found.versions
        )

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
        which = self._which("three_layer_convnet")
        gradients = self._gradients("function:three_layer_convnet", (x, params), upstream, which)
        by_params = [gradients.get(f"argument:1.{i}") for i in range(len(params))]
        return gradients.get("argument:0"), by_params

    def build(self, class_name: str, keywords: Mapping[str, int], *, seed: int = 0) -> StudentModel:
        """A new object of one of the submission's model classes."""
        return self._build(
            m.Build(
                source=f"class:{class_name}",
                keywords=dict(keywords),
                seed=seed,
                **self._which(class_name),
            )
        )

    def copy_model(self, target: str) -> StudentModel:
        """A copy of a recorded run's model, so that looking at it does not change the run."""
        return self._build(m.Build(source=target, seed=0))

    def weights(self, target: str) -> dict[str, Tensor]:
        """The weights of a recorded run or a built model, by name."""
        _, tensors = self.ask(m.GetWeights(target=target), expect=m.Weights)
        return dict(tensors)

    def set_weights(self, target: str, weights: Mapping[str, Tensor]) -> None:
        """Copy tensors into the weights of those names, of a recorded run or a built model."""
        self.ask(m.SetWeights(target=target), dict(weights), expect=m.Done)

    def scores(self, target: str, images: NDArray[np.uint8], *, threads: int = 1) -> Tensor:
        """Scores of a recorded run's model for (N, H, W, 3) uint8 images: (N, classes) float32.

        Raises:
            ReplyError: it returned something else.
        """
        body = {"images": torch.from_numpy(np.array(images))}
        request = m.Predict(target=target, threads=threads)
        # As long as a batch of training may take: a large network needs it on a slow machine.
        reply, tensors = self.ask(request, body, expect=m.Value, seconds=self.deadlines.pause)
        return decode_tensor(reply, tensors)

    def shuffle_weights(self, target: str, seed: int) -> None:
        """Put the values of a recorded run's weights into another order, each tensor's own.

        Weights that were drawn at random are drawn as before, then; what was learned is gone.
        """
        self.ask(m.Shuffle(target=target, seed=seed), expect=m.Done)

    def probe(self, target: str, images: NDArray[np.uint8]) -> None:
        """See that a recorded run's model answers at all, on a few images; raises as `scores`."""
        body = {"images": torch.from_numpy(np.array(images))}
        decode_tensor(*self.ask(m.Predict(target=target, threads=1), body, expect=m.Value))

    def train(
        self,
        targets: Sequence[str],
        *,
        seed: int,
        epochs: int,
        pauses_per_epoch: int,
        threads: int,
        on_pause: Callable[[m.Paused], bool],
        shuffle_seed: int | None = None,
        own_seeds_moved: int = 0,
        mixed_precision: bool = False,
    ) -> m.Trained:
        """Carry out recorded trainings.

        Args:
            targets: the recordings, in order, under one budget.
            seed: of every random number generator.
            epochs: the budget.
            pauses_per_epoch: how often `on_pause` is called.
            threads: of torch's operations.
            on_pause: may ask for scores; returns whether to go on. When it has said no, it is not
                called again, and the training has little time to end.
            shuffle_seed: where whatever trains is to begin from shuffled values, of their order.
            own_seeds_moved: what is added to the seeds that student code sets itself.
            mixed_precision: whether networks compute in bfloat16 between images and scores.

        Raises:
            WentOn: it was stopped, and drew on.
            WorkerError: the run hung, crashed, or its worker's progress is no possible one.
        """
        request: parts.Message = m.Train(
            targets=tuple(targets),
            seed=seed,
            epochs=epochs,
            pauses_per_epoch=pauses_per_epoch,
            threads=threads,
            shuffle_seed=shuffle_seed,
            own_seeds_moved=own_seeds_moved,
            mixed_precision=mixed_precision,
        )
        end = time.monotonic() + self.deadlines.train
        iteration, stopped = 0, False
        quiet = self.deadlines.pause
        # More pauses than the budget has would be more tries at a lucky measurement.
        for _ in range(epochs * pauses_per_epoch + 1):
            left = end - time.monotonic()
            if left <= 0:
                self.end()
                raise WorkerTimeout(self.deadlines.train)
            reply, _ = self.ask_raw(request, NOTHING, left, quiet_seconds=quiet)
            if not isinstance(reply, (m.Paused, m.Trained)):
                raise self.unexpected(reply)
            # Each step takes an image at least.
            most = (epochs + BUDGET_SLACK) * self.load.data.nominal_train
            if not iteration <= reply.iteration <= most or reply.epoch > epochs + BUDGET_SLACK:
                raise self.unexpected(reply)
            if isinstance(reply, m.Trained):
                return reply
            if stopped:
                self.end()
                raise WentOn
            if reply.iteration == iteration:  # a pause without a step is a second try
                raise self.unexpected(reply)
            iteration = reply.iteration
            stopped = not on_pause(reply)
            request = m.Stop() if stopped else m.Resume()
            if stopped:
                quiet = min(quiet, STOP_REQUESTS * self.deadlines.request)
                end = min(end, time.monotonic() + quiet)
        raise self.unexpected(reply)

    def fresh(self, seed: int) -> Student:
        """The same submission in a worker of its own, loaded with another seed."""
        return replace(
            self, seed=seed, notes=[], _worker=None, _loaded=None, _starts=0,
            _refusal=None, _resources=ExitStack(),
        )  # fmt: skip

    def mended(self, *names: str) -> Student:
        """The same submission in a worker of its own, with right functions of these names."""
        other = self.fresh(self.seed)
        other.load = self.load.model_copy(update={"mended": names})
        other.deadlines = replace(self.deadlines, restarts=min(1, self.deadlines.restarts))
        return other

    # --- requests -----------------------------------------------------------------------------

    def _call_function(
        self, name: str, arguments: Sequence[object], *, contiguous: bool = True
    ) -> Tensor:
        which = self._which(name)
        return self._call(f"function:{name}", arguments, which, contiguous=contiguous)

    def _which(self, name: str) -> _Which:
        return {"version": self.answers.get(name), "trained": self.trained.get(name)}

    def _call(
        self,
        callee: str,
        arguments: Sequence[object],
        which: _Which | None = None,
        *,
        contiguous: bool = True,
    ) -> Tensor:
        encoded, tensors = encode_arguments(arguments, contiguous=contiguous)
        request = m.Call(callee=callee, arguments=encoded, seed=self.seed, **(which or {}))
        reply, body = self.ask(request, tensors, expect=m.Value)
        return decode_tensor(reply, body)

    def _gradients(
        self,
        callee: str,
        arguments: Sequence[object],
        upstream: Tensor,
        which: _Which | None = None,
    ) -> dict[str, Tensor]:
        encoded, tensors = encode_arguments(arguments)
        request = m.Call(
            callee=callee, arguments=encoded, seed=self.seed, upstream="upstream", **(which or {})
        )
        _, body = self.ask(request, {**tensors, "upstream": upstream}, expect=m.Gradients)
        return dict(body)

    def _build(self, request: m.Build) -> StudentModel:
        reply, _ = self.ask(request, expect=m.Built)
        assert isinstance(reply, m.Built)
        return StudentModel(self, reply.target, reply.model)


@dataclass(frozen=True)
class StudentModel:
    """A model in the worker."""

    student: Student
    target: str
    model: parts.Model

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
        self.student.set_weights(self.target, weights)
