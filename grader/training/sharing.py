"""Train equal experiments once: a run that is seen to be the reference's has its result.

A run is taken for the reference's experiment when its network, the laws of its weights and its
optimizer say so, when it trains by the homework's own function, and when it does as the reference
does: from the same weights, with the same seed, it takes its first steps in a worker of its own,
and must come to the same weights, and to the same scores where it is measured. That covers the
loss, the gradients, the optimizer and which images are drawn (`first_steps`). Only an experiment
that reached its threshold is shared; whoever's did not is trained, as everybody is who is not seen
to be equal.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import filelock
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from grader.errors import WorkerError
from grader.results import RunName, RunResult
from grader.rubric import Images
from grader.sandbox.student import Student
from grader.training.experiments import Experiment, experiment_of, network_of
from grader.training.first_steps import Draw, FirstSteps, FirstStepsTaker, NoSteps, steady
from grader.understanding.matched import MatchedRun

SHAREABLE: tuple[RunName, ...] = ("barebones", "module", "sequential_fc", "sequential_convnet")
PREFIX = "reference:"
_FORMAT = "torchgrade-experiment-3"
_SCORES = "scores"


@dataclass(frozen=True)
class Shared:
    """An experiment that was carried out.

    Attributes:
        result: of its training.
        drawn: by this machine, for its first steps.
        steps: what these came to.
    """

    result: RunResult
    drawn: Draw
    steps: FirstSteps


class Shelf:
    """Experiments that were carried out, a file each, below a folder.

    What this machine drew for the first steps stands in these, so that nobody else may read them:
    no worker, for which the data's folder is not there, and no other user.

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
                result = RunResult.model_validate_json(told["result"])
                return Shared(result, Draw(told["secret"]), steps)
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
            "secret": shared.drawn.secret,
            "iteration": str(steps.iteration),
            "tensors": str(len(tensors)),
        }
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            temporary.touch(mode=0o600)
            temporary.write_bytes(save({**tensors, _SCORES: steps.scores}, metadata=told))
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


class Sharing:
    """Looks up whether a submission's run is an experiment of the reference's.

    Args:
        data: the form of the data.
        shelf: where experiments are kept.
        referee: carries out those that are not there.
        first_steps: has first steps taken.
    """

    def __init__(
        self, data: Images, shelf: Shelf, referee: Referee, first_steps: FirstStepsTaker
    ) -> None:
        self._data = data
        self._shelf = shelf
        self._referee = referee
        self._first_steps = first_steps

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
            with student.fresh(shared.drawn.seed("batches")) as fresh:
                steps = self._first_steps.take(experiment, fresh, matched, network, shared.drawn)
        except (WorkerError, NoSteps, OSError):
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
        drawn, steps = steady(partial(self._steps_of_reference, experiment))
        with self._referee.student(experiment) as student:
            matched = MatchedRun((student.loaded.recorded[0],))
            result = self._referee.train(experiment, student, matched)
        return Shared(result, drawn, steps)

    def _steps_of_reference(self, experiment: Experiment, drawn: Draw, nudge: float) -> FirstSteps:
        with self._referee.student(experiment) as student:
            recorded = next(iter(student.loaded.recorded), None)
            if recorded is None:  # its optimizer does not take these settings
                raise NoSteps
            matched = MatchedRun((recorded,))
            assert recorded.model is not None
            network = network_of(experiment.run, recorded.model, self._data)
            assert network is not None
            return self._first_steps.take(experiment, student, matched, network, drawn, nudge)
