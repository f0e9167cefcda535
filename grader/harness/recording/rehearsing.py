"""Rehearsing statements: what one trains is seen, and what it changed by then is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.metering.gate import Gate, Rehearsal
from grader.harness.metering.seen import Seen
from grader.harness.metering.watching import Watch
from grader.harness.recording.barebones import Barebones
from grader.harness.recording.built import are_convnet_weights
from grader.harness.recording.recorder import Rehearsed
from grader.harness.recording.recordings import Namespace
from grader.harness.recording.undo import Undo, leaves
from grader.harness.surroundings.devices import Devices


@dataclass(frozen=True)
class SeenToTrain:
    """What a statement that was stopped was seen to train.

    Attributes:
        model: a network, if it is one.
        weights: those of a function, where it is none.
        optimizer: the one that was about to step.
        seen: the shapes that went through.
    """

    model: nn.Module | None
    weights: Sequence[Any] | None
    optimizer: torch.optim.Optimizer | None
    seen: Seen


class Rehearsing:
    """Puts a `Rehearsal` in force, and tells what it found.

    Args:
        gate: decides on batches.
        watch: sees what statements do.
        devices: put the CPU in place of a GPU.
    """

    def __init__(self, gate: Gate, watch: Watch, devices: Devices) -> None:
        self._gate = gate
        self._watch = watch
        self._devices = devices
        self._rehearsal = Rehearsal()
        self._undo = Undo()
        self._barebones = Barebones()

    @property
    def found(self) -> bool:
        """Whether the statement in hand was stopped since it trains."""
        return self._rehearsal.found

    def begin(self) -> None:
        """Another statement is about to run, or the same one in another way."""
        self._rehearsal.begin_statement()
        self._watch.begin()
        self._undo.begin()
        self._barebones.begin()

    def forget(self) -> None:
        """What the statement in hand has shown does not count."""
        self._rehearsal.begin_statement()

    @contextmanager
    def in_force(self, namespace: Namespace) -> Iterator[None]:
        """Rehearse whatever runs in this namespace."""
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

    def rehearse(self, namespace: Namespace, training: Callable[[], object]) -> Rehearsed | None:
        """Begin a training within a statement, up to its first step; nothing of it stays."""
        self.begin()
        error = None
        try:
            training()
        except BaseException as raised:  # TrainingFound, or whatever a student's code raises
            error = raised
        trained = self.take_back(namespace)
        self.begin()
        if error is not None and self._devices.replaced_for(error):
            return self.rehearse(namespace, training)
        if trained.model is None or trained.optimizer is None:
            return None
        return Rehearsed(trained.model, trained.optimizer)

    def take_back(self, namespace: Namespace) -> SeenToTrain:
        """Put back what the statement in hand changed, and tell what it trains."""
        model = self._watch.trained_model(reversed(list(namespace.values())))
        weights = self._barebones.weights if model is None else None
        self._undo.restore()
        return SeenToTrain(model, weights, self._watch.optimizer, self._watch.seen)


def _are_of_weights(outputs: Sequence[Tensor], namespace: Namespace) -> bool:
    """Whether they were computed from a list of the ConvNet's weights."""
    lists = [value for value in namespace.values() if are_convnet_weights(value)]
    found = {id(leaf) for leaf in leaves(outputs)} if lists else set()
    return any(found.issuperset(map(id, weights)) for weights in lists)
