"""What can be asked of a loaded submission besides training: calls, new models, weights."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.loading.loaded import Loaded
from grader.harness.models import IMAGES, describe_model, initialize_lazy_layers, named_weights
from grader.harness.recording.recordings import Namespace, Recording
from grader.harness.shuffling import Shuffler
from grader.harness.state import seed_everything
from grader.harness.values import (
    NOTHING,
    Answer,
    Tensors,
    decode_argument,
    encode_value,
    gradients_by,
    plain_tensor,
)
from grader.protocol import messages as m

_CHANNELS = "in_channel"
"""The homework's name for the argument that says how many channels images have."""


class Answers:
    """Answers requests about a submission; keeps the models that were built for them.

    Args:
        loaded: the submission.
        scratch: the directory that the worker runs in, which is told to nobody.
    """

    def __init__(self, loaded: Loaded, scratch: str) -> None:
        self._loaded = loaded
        self._scratch = scratch
        self._built: dict[str, _Built] = {}

    def call(self, request: m.Call, tensors: Tensors) -> Answer:
        """The value of a function or model, or its gradients."""
        seed_everything(request.seed)
        function, bindings = self._callee(request.callee, request.version, request.trained)
        wants_gradients = request.upstream is not None
        leaves: dict[str, Tensor] = {}
        arguments = [
            decode_argument(
                f"argument:{i}", argument, tensors, leaves, wants_gradients=wants_gradients
            )
            for i, argument in enumerate(request.arguments)
        ]
        with torch.enable_grad(), self.bindings(bindings):
            result = function(*arguments)
            if request.upstream is None:
                return encode_value(result, self._scratch)
            upstream = tensors[request.upstream]
            if isinstance(function, nn.Module):
                for name, parameter in named_weights(function).items():
                    leaves[f"parameter:{name}"] = parameter
            return m.Gradients(), gradients_by((result * upstream).sum(), leaves)

    def build(self, request: m.Build, _: Tensors) -> Answer:
        """A new model of a class, or a copy of a recorded one."""
        seed_everything(request.seed)
        channels = request.keywords.get(_CHANNELS, IMAGES[1])
        kind, name = request.source.split(":", 1)
        if kind == "class":
            class_, bindings = self._callee(request.source, request.version, request.trained)
            with self.bindings(bindings):
                model = class_(**request.keywords)
        else:
            recording = self.recording(request.source)
            model, bindings = copy.deepcopy(recording.model), recording.namespace
        if not isinstance(model, nn.Module):
            raise TypeError(f"{name} is no nn.Module but {type(model).__name__}")
        initialize_lazy_layers(model, channels)
        target = f"model:{len(self._built)}"
        self._built[target] = _Built(model, bindings)
        return m.Built(target=target, model=describe_model(model)), NOTHING

    def set_weights(self, request: m.SetWeights, tensors: Tensors) -> Answer:
        """Copy tensors into the parameters of those names."""
        own = named_weights(self._holder(request.target))
        with torch.no_grad():
            for name, tensor in tensors.items():
                own[name].copy_(tensor.reshape(own[name].shape))
        return m.Done(), NOTHING

    def get_weights(self, request: m.GetWeights, _: Tensors) -> Answer:
        """All parameters by name; lazy layers are given their sizes for it."""
        holder = self._holder(request.target)
        if isinstance(holder, nn.Module):
            initialize_lazy_layers(holder)
        weights = named_weights(holder)
        return m.Weights(), {name: plain_tensor(weight) for name, weight in weights.items()}

    def shuffle(self, request: m.Shuffle, _: Tensors) -> Answer:
        """Put the values of weights into another order; lazy layers are drawn later anyway."""
        holder, shuffler = self._holder(request.target), Shuffler(request.seed)
        if isinstance(holder, nn.Module):
            shuffler.shuffle_model(holder)
        else:
            shuffler.shuffle_weights(holder)
        return m.Done(), NOTHING

    def recording(self, target: str) -> Recording:
        """A training that was recorded."""
        return self._loaded.recorder.recordings[target]

    @contextlib.contextmanager
    def bindings(self, bindings: Namespace) -> Iterator[None]:
        """Let the submission's namespace be what it was when something was recorded or defined."""
        namespace = self._loaded.namespace
        if bindings is namespace:
            yield
            return
        now = dict(namespace)
        namespace.clear()
        namespace.update(bindings)
        try:
            yield
        finally:
            namespace.clear()
            namespace.update(now)

    def _holder(self, target: str) -> nn.Module | Sequence[Any]:
        if target in self._built:
            return self._built[target].model
        holder = self.recording(target).holder
        if holder is None:
            raise LookupError(f"{target} has no weights")
        return holder

    def _callee(
        self, callee: str, version: int | None, trained: str | None
    ) -> tuple[Callable[..., Any], Namespace]:
        """What is called, and among which names."""
        if callee in self._built:
            return self._built[callee].model, self._built[callee].bindings
        name = callee.split(":", 1)[1]
        if version is None:
            function, bindings = self._loaded.namespace[name], self._loaded.namespace
        else:
            found = self._loaded.version(name, version)
            function, bindings = found.value, found.namespace
        if not callable(function):
            raise TypeError(f"{name} is no function")
        return function, self._loaded.as_meant(name, function, bindings, trained)


@dataclass(frozen=True)
class _Built:
    model: nn.Module
    bindings: Namespace
