"""Train equal experiments once: a run that is seen to be the reference's has its result.

A run is taken for the reference's experiment when its network, the laws of its weights and its
optimizer say so, when it trains by the homework's own function, and when it does as the reference
does: from the same weights, with the same seed, it takes its first steps in a worker of its own,
and must come to the same weights, and to the same scores where it is measured. That covers the
loss, the gradients, the optimizer and which images are drawn. Only an experiment that reached its
threshold is shared; whoever's did not is trained, as everybody is who is not seen to be equal.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import filelock
import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from grader.errors import WorkerError
from grader.protocol import messages as m
from grader.results import RunName, RunResult
from grader.rubric import Images
from grader.sandbox.student import Student
from grader.training.experiments import Experiment, Network, draw, experiment_of, network_of
from grader.understanding.matched import MatchedRun

SHAREABLE: tuple[RunName, ...] = ("barebones", "module", "sequential_fc", "sequential_convnet")
STEPS = 8
"""Batches after which the weights are compared."""

TOLERANCE = 1e-3
"""By how much of its largest change a tensor may differ then; other orders of summing make 2e-4."""

SOME = 2048
"""Numbers of each tensor that are compared."""

PREFIX = "reference:"
_FORMAT = "torchgrade-experiment-2"
_SCORES = "scores"


@dataclass(frozen=True)
class FirstSteps:
    """What the first steps come to.

    Attributes:
        changes: by how much they change the weights: some numbers of each tensor.
        scores: of some validation images afterwards, (N, classes); a network may do otherwise
            when it is measured.
        iteration: how many steps there were.
    """

    changes: tuple[Tensor, ...]
    scores: Tensor
    iteration: int

    def equal(self, other: FirstSteps) -> bool:
        """Whether the other's are these, but for rounding."""
        mine, theirs = (*self.changes, self.scores), (*other.changes, other.scores)
        return (
            self.iteration == other.iteration
            and self.scores.shape == other.scores.shape
            and all(_close(*pair) for pair in zip(mine, theirs, strict=True))
        )


@dataclass(frozen=True)
class Shared:
    """An experiment that was carried out."""

    result: RunResult
    steps: FirstSteps


class Shelf:
    """Experiments that were carried out, a file each, below a folder.

    Args:
        folder: where; made when something is put there.
        setup: the key of all else that a training depends on.
    """

    def __init__(self, folder: Path, setup: str) -> None:
        self._folder = folder / setup[:16]

    @contextlib.contextmanager
    def locked(self, experiment: Experiment) -> Iterator[None]:
        """Alone with an experiment: the other slots wait, and find it there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self._path(experiment).with_suffix(".lock")):
            yield

    def take(self, experiment: Experiment) -> Shared | None:
        """What it came to; None where it was not carried out, or the file is not whole."""
        try:
            with safe_open(self._path(experiment), framework="pt") as file:
                told = file.metadata() or {}
                if told.get("format") != _FORMAT:
                    return None
                changes = tuple(file.get_tensor(str(n)) for n in range(int(told["tensors"])))
                steps = FirstSteps(changes, file.get_tensor(_SCORES), int(told["iteration"]))
                return Shared(RunResult.model_validate_json(told["result"]), steps)
        except (OSError, SafetensorError, ValidationError, KeyError, ValueError):
            return None

    def put(self, experiment: Experiment, shared: Shared) -> None:
        """Keep it: under another name first, so that no reader finds half of it."""
        path = self._path(experiment)
        steps = shared.steps
        tensors = {str(n): tensor for n, tensor in enumerate(steps.changes)}
        told = {
            "format": _FORMAT,
            "experiment": experiment.model_dump_json(),
            "result": shared.result.model_dump_json(),
            "iteration": str(steps.iteration),
            "tensors": str(len(tensors)),
        }
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            save_file({**tensors, _SCORES: steps.scores}, temporary, metadata=told)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _path(self, experiment: Experiment) -> Path:
        return self._folder / f"{experiment.run}-{experiment.key[:16]}.safetensors"


class Referee(Protocol):
    """Carries out the reference's experiments."""

    def student(self, experiment: Experiment) -> Student:
        """The reference as a submission, not yet opened."""

    def train(self, experiment: Experiment, student: Student, matched: MatchedRun) -> RunResult:
        """Its run, trained as everybody's is."""

    def seed(self, experiment: Experiment) -> int:
        """Of the first steps."""


class Sharing:
    """Looks up whether a submission's run is an experiment of the reference's.

    Args:
        data: the form of the data.
        shelf: where experiments are kept.
        referee: carries out those that are not there.
        shown: images that a network is measured on after its first steps, (N, H, W, C).
        batches: of an epoch.
        threads: that a training may use.
    """

    def __init__(
        self,
        data: Images,
        shelf: Shelf,
        referee: Referee,
        *,
        shown: NDArray[np.uint8],
        batches: int,
        threads: int,
    ) -> None:
        self._data = data
        self._shelf = shelf
        self._referee = referee
        self._shown = shown
        self._pauses = max(1, batches // STEPS)
        self._threads = threads

    def result(self, student: Student, name: RunName, matched: MatchedRun) -> RunResult | None:
        """The reference's result, where a run is its experiment and reached its threshold.

        Args:
            student: the submission, whose training functions are the homework's.
            name: of the run.
            matched: its recordings.
        """
        recorded, model = matched.last, matched.last.model
        if name not in SHAREABLE or len(matched.recordings) > 1 or model is None:
            return None
        network = network_of(name, model, self._data)
        if network is None:
            return None
        try:
            experiment = experiment_of(name, recorded, network, student.weights(recorded.target))
            if experiment is None:
                return None
            shared = self._carried_out(experiment)
            if not shared.result.reached:
                return None
            with student.fresh(self._referee.seed(experiment)) as fresh:
                steps = self._first_steps(experiment, fresh, matched, network)
        except (WorkerError, _NoSteps, OSError):
            return None  # where nothing can be looked up or kept, everybody's own is trained
        if not shared.steps.equal(steps):
            return None
        return shared.result.model_copy(update={"shared_with": PREFIX + experiment.key[:12]})

    def _carried_out(self, experiment: Experiment) -> Shared:
        with self._shelf.locked(experiment):
            shared = self._shelf.take(experiment)
            if shared is None:
                shared = self._carry_out(experiment)
                with contextlib.suppress(OSError, SafetensorError):  # a full disk, say
                    self._shelf.put(experiment, shared)
            return shared

    def _carry_out(self, experiment: Experiment) -> Shared:
        with self._referee.student(experiment) as student:
            recorded = next(iter(student.loaded.recorded), None)
            if recorded is None:  # its optimizer does not take these settings
                raise _NoSteps
            matched = MatchedRun((recorded,))
            assert recorded.model is not None
            network = network_of(experiment.run, recorded.model, self._data)
            assert network is not None
            steps = self._first_steps(experiment, student, matched, network)
            result = self._referee.train(experiment, student, matched)
        return Shared(result, steps)

    def _first_steps(
        self, experiment: Experiment, student: Student, matched: MatchedRun, network: Network
    ) -> FirstSteps:
        """Take them, from weights that are drawn for the experiment."""
        target, seed = matched.last.target, self._referee.seed(experiment)
        # A model that hangs is found within one request, and not only when no batch comes.
        student.probe(target, self._shown[:2])
        before = draw(experiment, network, seed)
        student.set_weights(target, network.to_own(before))
        steps: list[FirstSteps] = []

        def stop(at: m.Paused) -> bool:
            after = network.from_own(student.weights(target))
            if after is not None:
                pairs = zip(after, before, strict=True)
                changes = tuple(_some(now, seed) - _some(then, seed) for now, then in pairs)
                scores = student.scores(target, self._shown, threads=self._threads)
                steps.append(FirstSteps(changes, scores.detach().float(), at.iteration))
            return False

        student.train(
            matched.targets,
            seed=seed,
            epochs=1,
            pauses_per_epoch=self._pauses,
            threads=self._threads,
            on_pause=stop,
        )
        if not steps:
            raise _NoSteps
        return steps[0]


class _NoSteps(Exception):
    """A training ended before it had taken its first steps, or what it trains cannot be read."""


def _some(tensor: Tensor, seed: int) -> Tensor:
    """Some of a tensor's numbers, the same ones for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return tensor.flatten()[torch.randint(tensor.numel(), (SOME,), generator=generator)]


def _close(mine: Tensor, theirs: Tensor) -> bool:
    """NaN is close to nothing."""
    scale = mine.abs().max().item()
    return (mine - theirs).abs().max().item() <= TOLERANCE * scale
