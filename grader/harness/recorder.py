"""Finding trainings while cells are loaded: calls that train are kept, not carried out."""

from __future__ import annotations

import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from grader.harness.failures import Sources
from grader.harness.gate import TrainingFound
from grader.harness.models import describe_optimizer
from grader.harness.recording import Namespace, Recording, weights_problem
from grader.harness.returned import (
    Returned,
    keeps_something,
    returned_argument,
    returns_something,
)
from grader.harness.standing import Standing
from grader.harness.weights import LastValues
from grader.protocol.parts import Location

TRAINERS = {"train_part2": "part2", "train_part34": "part34"}
BUILT = "built"
"""The api of what is made to be trained, and was not yet."""
EPOCHS = ("epochs", "num_epochs", "n_epochs", "epoch", "nb_epochs", "max_epochs")
MAX_CALLS = 200
"""Calls of one line that are recorded, more than any budget has epochs. Then its statement is
stopped: `while accuracy < 0.7` would go on for ever where nothing is trained."""
CHECKERS = ("check_accuracy_part2", "check_accuracy_part34")


@dataclass
class Recorder:
    """Keeps recordings; wraps the given functions so that calls end up here.

    `rehearsing` tells whether cells are being loaded (calls are recorded) or a run is trained
    (calls are executed).
    """

    namespace: Namespace
    sources: Sources
    recordings: dict[str, Recording] = field(default_factory=dict)
    rehearsing: bool = True
    _calls: Counter[str] = field(default_factory=Counter)
    weights: LastValues = field(default_factory=LastValues)
    stopped: Recording | None = None
    """The call at which the statement in hand was stopped, to be carried out as a whole."""
    _loops_over: frozenset[str] = frozenset()
    _rebinds: frozenset[str] = frozenset()
    _bound: frozenset[int] = frozenset()
    _before: int = 0
    _made_up: int = 0

    def begin_statement(self, loops_over: frozenset[str], rebinds: frozenset[str]) -> None:
        """Another statement is about to run, whose loops call and bind these names."""
        self.stopped, self._loops_over, self._rebinds = None, loops_over, rebinds
        self._bound = frozenset(map(id, self.namespace.values()))
        self._before, self._made_up = len(self.recordings), 0

    def take_back_calls(self) -> Recording | None:
        """The last of several calls, which are forgotten, where what was made up decided on them.

        They are one training, of a model by an optimizer that their statement made itself: when it
        is carried out as a whole, it makes them again.
        """
        calls = list(self.recordings.values())[self._before :]
        trained = {id(each) for call in calls for each in (call.model, call.optimizer)}
        is_made_here = trained.isdisjoint({*self._bound, id(None)})
        if len(calls) < 2 or not self._made_up or len(trained) > 2 or not is_made_here:
            return None
        for call in calls:
            del self.recordings[call.target]
        return replace(calls[-1], target=self.next_target())

    def wrap_functions(self, holder: dict[str, Any]) -> None:
        """Put a recording wrapper around every training or checking function bound in `holder`."""
        for name in (*TRAINERS, *CHECKERS):
            function = holder.get(name)
            if not callable(function) or getattr(function, "__torchgrade__", False):
                continue
            if name in CHECKERS:
                holder[name] = self._wrap_checker(function)
                continue
            signature = _signature(function)
            if signature is not None:
                holder[name] = self._wrap_trainer(name, function, signature)

    def add(self, recording: Recording) -> None:
        """Keep a recording, and how its model and optimizer stand now."""
        optimizer = recording.optimizer
        recording.standing = Standing(recording.model, optimizer, recording.namespace.values())
        if recording.api != BUILT:  # what nobody trains yet is still being made
            self.weights.keep(recording.holder)
        if optimizer is not None:
            recording.described = describe_optimizer(optimizer, recording.model)
            # A scheduler that steps after a training warns unless the optimizer stepped before.
            optimizer._opt_called = True  # type: ignore[attr-defined]  # torch sets it itself
        self.recordings[recording.target] = recording

    def next_target(self) -> str:
        """A name for a new recording."""
        return f"run:{len(self.recordings)}"

    def _wrap_trainer(
        self, name: str, function: Callable[..., Any], signature: inspect.Signature
    ) -> Callable[..., Any]:
        returned, is_own = self._returned(function), self._is_own(function)
        argument = returned_argument(function) if is_own else None

        @functools.wraps(function)
        def record_or_train(*args: Any, **keywords: Any) -> Any:
            if not self.rehearsing:
                return function(*args, **keywords)
            bound = signature.bind(*args, **keywords)
            bound.apply_defaults()
            training = functools.partial(function, *args, **keywords)
            self._made_up += returned is not None
            self._record(name, training, bound.arguments, is_own=is_own)
            kept = bound.arguments.get(argument) if argument is not None else None
            return kept if isinstance(kept, nn.Module) else returned

        record_or_train.__torchgrade__ = True  # type: ignore[attr-defined]  # our mark
        return record_or_train

    def _wrap_checker(self, function: Callable[..., Any]) -> Callable[..., Any]:
        returned = self._returned(function)

        @functools.wraps(function)
        def skip_or_check(*args: Any, **keywords: Any) -> Any:
            if self.rehearsing:
                self._made_up += returned is not None
                return returned
            # A student's own version may steer the training (a scheduler, the best model so far).
            return function(*args, **keywords)

        skip_or_check.__torchgrade__ = True  # type: ignore[attr-defined]  # our mark
        return skip_or_check

    def _returned(self, function: Callable[..., Any]) -> Returned | None:
        """What a call that is not carried out returns; the given functions return nothing."""
        return Returned() if self._is_own(function) and returns_something(function) else None

    def _is_own(self, function: Callable[..., Any]) -> bool:
        """Whether a function stands in the submission."""
        code = getattr(function, "__code__", None)
        return code is not None and self.is_own_file(code.co_filename)

    def is_own_file(self, file: str) -> bool:
        """Whether code from there is the submission's."""
        return self.sources.own_name(file) is not None

    def _record(
        self, name: str, run: Callable[[], object], arguments: dict[str, Any], *, is_own: bool
    ) -> None:
        values = list(arguments.values())
        where = self.calling_place()
        self._calls[str(where)] += 1
        if self._calls[str(where)] > MAX_CALLS:
            raise TrainingFound
        recording = Recording(
            target=self.next_target(),
            api=TRAINERS[name],
            where=where,
            run=run,
            namespace=dict(self.namespace),
            epochs=_epochs(arguments),
        )
        if name == "train_part2":
            weights = arguments.get("params")
            recording.function = next((value for value in values if callable(value)), None)
            # The same list, not a copy: a training function may put new tensors into it.
            recording.weights = weights if isinstance(weights, (list, tuple)) else None
            recording.learning_rate = _first(arguments.get("learning_rate"), float, int)
            recording.problem = weights_problem(recording)
        else:
            recording.model = next((v for v in values if isinstance(v, nn.Module)), None)
            recording.optimizer = next(
                (v for v in values if isinstance(v, torch.optim.Optimizer)), None
            )
            if recording.model is None:
                recording.problem = "the model it is given is no nn.Module (is it still None?)"
            elif recording.optimizer is None and _needs_optimizer(arguments, is_own=is_own):
                recording.problem = "the optimizer it is given is none (is it still None?)"
        if self._goes_by_others(recording):
            self.stopped = recording
            raise TrainingFound
        self.add(recording)

    def _goes_by_others(self, recording: Recording) -> bool:
        """Whether a call stands in a loop whose course is decided by functions that are left out.

        The loop may end by the accuracy that a function of the student's own returns, or look at
        the history that one keeps. Where it makes model or optimizer anew, it searches: each call
        is a training of its own.
        """
        trained = {id(recording.holder), id(recording.optimizer or recording.holder)}
        anew = {id(self.namespace.get(name)) for name in self._rebinds}
        if recording.holder is None or not trained <= self._bound - anew:
            return False
        names = self._loops_over.intersection((*TRAINERS, *CHECKERS))
        functions = (getattr(self.namespace.get(name), "__wrapped__", None) for name in names)
        return any(
            self._is_own(function) and (returns_something(function) or keeps_something(function))
            for function in filter(None, functions)
        )

    def calling_place(self) -> Location:
        """The student's line that is being run."""
        frame = sys._getframe(1)
        while frame is not None:
            name = self.sources.own_name(frame.f_code.co_filename)
            if name is not None:
                return Location(file=name, line=frame.f_lineno)
            if frame.f_back is None:
                break
            frame = frame.f_back
        return Location(file="?")


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # `train_part2 = int`, say: nothing that trains
        return None


def _needs_optimizer(arguments: dict[str, Any], *, is_own: bool) -> bool:
    """Whether a training function cannot do without the optimizer that it is not given.

    One of the student's own may make it itself, or be given one that torch knows nothing of.
    """
    return not is_own or any(
        name.startswith("optim") and value is None for name, value in arguments.items()
    )


def _epochs(arguments: dict[str, Any]) -> int | None:
    """The number of epochs, whatever a training function of the student's own calls it."""
    found = (_first(arguments.get(name), int) for name in EPOCHS)
    return next((value for value in found if value is not None), None)


def _first(value: Any, *types: type) -> Any:
    return value if isinstance(value, types) and not isinstance(value, bool) else None
