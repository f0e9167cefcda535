"""One training that a submission asks for, kept while its cells are loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from grader.harness.cells.failures import clean
from grader.harness.metering.seen import Seen
from grader.harness.models import describe_model, describe_weights
from grader.harness.recording.standing import Standing
from grader.protocol.parts import Location, Optimizer, Recorded

MAX_NAMES = 10

Namespace = dict[str, Any]


@dataclass
class Recording:
    """One training: what to run, in which state of the namespace, and what it trains."""

    target: str
    api: str
    where: Location
    run: Callable[[], object]
    namespace: Namespace
    model: nn.Module | None = None
    weights: Sequence[Any] | None = None
    function: Callable[..., Any] | None = None
    optimizer: torch.optim.Optimizer | None = None
    learning_rate: float | None = None
    epochs: int | None = None
    problem: str | None = None
    standing: Standing | None = None
    seen: Seen = field(default_factory=Seen)
    described: Optimizer | None = None

    @property
    def holder(self) -> nn.Module | Sequence[Any] | None:
        """The model or the list of weights that is trained."""
        return self.model if self.model is not None else self.weights

    @property
    def dtype(self) -> torch.dtype:
        """Of the images that it is trained on."""
        weights = self.model.parameters() if self.model is not None else self.weights or ()
        floating = (w.dtype for w in weights if isinstance(w, Tensor) and w.is_floating_point())
        return next(floating, torch.float32)

    def carry_out(self) -> None:
        """Train: run what was recorded, from where it stood."""
        if self.standing is not None:
            self.standing.restore()
        self.run()

    def predict(self, x: Tensor) -> Any:
        """Scores for a batch, (N, C, H, W) -> (N, classes) of an honest submission."""
        if self.model is not None:
            return self.model(x)
        assert self.function is not None
        return self.function(x, self.weights)

    def describe(self, namespace: Namespace) -> Recorded:
        """The recording as data; `namespace` is the submission's after its last cell."""
        model = None
        if self.model is not None:
            model = describe_model(self.model)
        elif self.weights is not None:
            model = describe_weights(self.weights)
        return Recorded(
            target=self.target,
            api=self.api,  # type: ignore[arg-type]  # checked by pydantic
            where=self.where,
            names=self._names(namespace),
            function=getattr(self.function, "__name__", None),
            model=model,
            optimizer=self.described,
            learning_rate=_float(self.learning_rate),
            epochs=self.epochs,
            problem=self.problem,
        )

    def _names(self, namespace: Namespace) -> tuple[str, ...]:
        """What the model is called in the end."""
        if self.model is None:
            return ()
        names = [name for name, value in namespace.items() if _is_same(value, self.model)]
        return tuple(clean(name) for name in names[-MAX_NAMES:])


def weights_problem(recording: Recording) -> str | None:
    """Why a list of weights cannot be trained, if it cannot."""
    if recording.function is None:
        return "it is given no model function"
    if recording.weights is None:
        return "params is no list of tensors"
    missing = [i for i, weight in enumerate(recording.weights) if not isinstance(weight, Tensor)]
    if missing:
        what = type(recording.weights[missing[0]]).__name__
        return f"params[{missing[0]}] is no tensor but {what}"
    return None


def _is_same(value: object, model: nn.Module) -> bool:
    """Whether it is the model, or a copy of it: nothing was trained yet, so that all is equal."""
    if value is model:
        return True
    if type(value) is not type(model) or not isinstance(value, nn.Module):
        return False
    own, other = list(model.parameters()), list(value.parameters())
    if any(map(nn.parameter.is_lazy, chain(own, other))):
        return False  # what is not drawn yet equals nothing
    return len(own) == len(other) > 0 and all(map(torch.equal, own, other))


def _float(value: float | None) -> float | None:
    """A number as a message holds it; None for an integer beyond any float."""
    try:
        return None if value is None else float(value)
    except OverflowError:
        return None
