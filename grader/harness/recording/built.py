"""What is made to be trained and never is: a model with its optimizer, or a list of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.recording.barebones import DIMENSIONS
from grader.harness.recording.recorder import BUILT, Recorder
from grader.harness.recording.recordings import Namespace, Recording, weights_problem
from grader.protocol.parts import Location


def note_built(recorder: Recorder, bound: Namespace, where: Location) -> None:
    """Record what was bound just now and could be trained, in case nobody does.

    That is an optimizer with its model, and a list of the ConvNet's weights.
    """
    for weights in bound.values():
        if are_convnet_weights(weights) and not _knows_weights(recorder, weights):
            _add_weights(recorder, weights, where)
    for optimizer in bound.values():
        if isinstance(optimizer, torch.optim.Optimizer) and not _knows(recorder, optimizer):
            model = _model_of(recorder, optimizer)
            if model is not None:
                _add_model(recorder, model, optimizer, where)


def _add_model(
    recorder: Recorder, model: nn.Module, optimizer: torch.optim.Optimizer, where: Location
) -> None:
    def train() -> None:
        # Nobody says for how many epochs: until the meter ends it, or nothing is left to do.
        steps: list[None] = []
        hook = optimizer.register_step_post_hook(lambda *_: steps.append(None))
        try:
            before = -1
            while len(steps) > before:
                before = len(steps)
                recorder.namespace["train_part34"](model, optimizer)
        finally:
            hook.remove()

    recorder.add(
        Recording(
            target=recorder.next_target(),
            api=BUILT,
            where=where,
            run=train,
            namespace=dict(recorder.namespace),
            model=model,
            optimizer=optimizer,
        )
    )


def _add_weights(recorder: Recorder, weights: Sequence[Any], where: Location) -> None:
    namespace = dict(recorder.namespace)
    function = namespace.get("three_layer_convnet")
    learning_rate = namespace.get("learning_rate")

    def train() -> None:
        recorder.namespace["train_part2"](function, weights, learning_rate)

    recording = Recording(
        target=recorder.next_target(),
        api=BUILT,
        where=where,
        run=train,
        namespace=namespace,
        weights=weights,
        function=function if callable(function) else None,
        learning_rate=learning_rate if isinstance(learning_rate, float) else None,
    )
    recording.problem = weights_problem(recording)
    if recording.problem is None and recording.learning_rate is None:
        recording.problem = "no learning_rate is set"
    recorder.add(recording)


def _knows_weights(recorder: Recorder, weights: Sequence[Any]) -> bool:
    return any(recording.weights is weights for recording in recorder.recordings.values())


def _knows(recorder: Recorder, optimizer: torch.optim.Optimizer) -> bool:
    return any(recording.optimizer is optimizer for recording in recorder.recordings.values())


def _model_of(recorder: Recorder, optimizer: torch.optim.Optimizer) -> nn.Module | None:
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    for value in reversed(list(recorder.namespace.values())):
        if isinstance(value, nn.Module) and held == {id(p) for p in value.parameters()}:
            return value
    return None


def are_convnet_weights(value: Any) -> bool:
    """Whether it is a list of two filters, a matrix, and a bias for each, all to be trained."""
    if not isinstance(value, list) or not all(isinstance(item, Tensor) for item in value):
        return False
    trainable = all(item.requires_grad and item.is_leaf for item in value)
    return trainable and [item.dim() for item in value] == DIMENSIONS
