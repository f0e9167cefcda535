"""Finding trainings while cells are loaded: calls that train are kept, not carried out."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

import torch
from torch import nn

from grader.harness.cells.callers import Caller, callers, waiting_in
from grader.harness.cells.failures import Sources
from grader.harness.cells.reach import names_reached
from grader.harness.metering.gate import TrainingFound
from grader.harness.metering.watching import owner, parameters_of
from grader.harness.models import describe_optimizer
from grader.harness.recording.barebones import as_weights
from grader.harness.recording.recordings import Namespace, Recording, weights_problem
from grader.harness.recording.returned import (
    Returned,
    as_written,
    handed_back,
    keeps_something,
    returns_something,
)
from grader.harness.recording.standing import Standing
from grader.harness.recording.weights import LastValues
from grader.protocol.parts import Location

TRAINERS = {"train_part2": "part2", "train_part34": "part34"}
BUILT = "built"
"""The api of what is made to be trained, and was not yet."""
EPOCHS = ("epochs", "num_epochs", "n_epochs", "epoch", "nb_epochs", "max_epochs")
MAX_CALLS = 200
"""Calls of one line that are recorded, more than any budget has epochs. Then its statement is
stopped: `while accuracy < 0.7` would go on for ever where nothing is trained."""
MAX_REHEARSED = 10
"""Calls of one line that are begun to see what they train, where they are not given that."""
CHECKERS = ("check_accuracy_part2", "check_accuracy_part34")


@dataclass(frozen=True)
class Rehearsed:
    """What a training of the student's own was seen to train, and by which optimizer."""

    model: nn.Module
    optimizer: torch.optim.Optimizer


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
    rehearse: Callable[[Callable[[], object]], Rehearsed | None] = lambda _: None
    """Begins a training and takes it back; what it trains by which optimizer, if that was seen."""
    _calls: Counter[str] = field(default_factory=Counter)
    weights: LastValues = field(default_factory=LastValues)
    stopped: Recording | None = None
    """The call at which the statement in hand was stopped, to be carried out as a whole."""
    leaves_out: bool = False
    """Whether that statement called what is left out, and would have returned or kept something."""
    raised: bool = False
    """Whether it raised something."""
    _code: CodeType | None = None
    _bound: frozenset[int] = frozenset()
    _before: int = 0
    _goes_astray: bool = False

    def begin_statement(self, code: CodeType) -> None:
        """Another statement is about to run."""
        self.stopped, self._code = None, code
        self.leaves_out = self.raised = self._goes_astray = False
        self._bound = frozenset(map(id, self.namespace.values()))
        self._before = len(self.recordings)

    @property
    def calls(self) -> Sequence[Recording]:
        """Those that the statement in hand has made so far."""
        return list(self.recordings.values())[self._before :]

    def forget_calls(self) -> None:
        """The statement in hand is to be run in another way."""
        for call in self.calls:
            del self.recordings[call.target]

    def take_back_calls(self) -> Recording | None:
        """The training that the statement in hand is as a whole, if it is one; its calls are gone.

        It was stopped, or its calls are one training, of a model by an optimizer that it made
        itself, in a loop that went astray: when it is carried out, it makes them again. One call is
        enough where an error followed that may come of what was left out.
        """
        calls, whole = self.calls, self.stopped
        least = 1 if self.raised and self.leaves_out else 2
        trained = {id(each) for call in calls for each in (call.model, call.optimizer)}
        is_made_here = len(trained) == 2 and trained.isdisjoint({*self._bound, id(None)})
        if whole is None and self._goes_astray and is_made_here and len(calls) >= least:
            whole = calls[-1]
        if whole is None:
            return None
        self.forget_calls()
        return replace(whole, target=self.next_target())

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
        tells = self._tells(function)
        back = handed_back(as_written(function)) if is_own else None

        @functools.wraps(function)
        def record_or_train(*args: Any, **keywords: Any) -> Any:
            if not self.rehearsing:
                return function(*args, **keywords)
            bound = signature.bind(*args, **keywords)
            bound.apply_defaults()
            training = functools.partial(function, *args, **keywords)
            self.leaves_out |= tells
            self._record(name, training, bound.arguments, is_own=is_own)
            return returned if back is None else back.given(bound.arguments)

        record_or_train.__torchgrade__ = True  # type: ignore[attr-defined]  # our mark
        return record_or_train

    def _wrap_checker(self, function: Callable[..., Any]) -> Callable[..., Any]:
        returned, tells = self._returned(function), self._tells(function)

        @functools.wraps(function)
        def skip_or_check(*args: Any, **keywords: Any) -> Any:
            if self.rehearsing:
                self.leaves_out |= tells
                return returned
            # A student's own version may steer the training (a scheduler, the best model so far).
            return function(*args, **keywords)

        skip_or_check.__torchgrade__ = True  # type: ignore[attr-defined]  # our mark
        return skip_or_check

    def _returned(self, function: Callable[..., Any]) -> Returned | None:
        """What a call that is not carried out returns; the given functions return nothing."""
        is_told = self._is_own(function) and returns_something(as_written(function))
        return Returned() if is_told else None

    def _tells(self, function: object) -> bool:
        """Whether a function stands in the submission and returns or keeps something."""
        written = as_written(function)
        return self._is_own(function) and (returns_something(written) or keeps_something(written))

    def _is_own(self, function: object) -> bool:
        """Whether a function stands in the submission."""
        code = getattr(as_written(function), "__code__", None)
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
            functions = [v for v in values if callable(v) and as_weights(v) is None]
            recording.function = next(iter(functions), None)
            # The same list, not a copy: a training function may put new tensors into it.
            recording.weights = as_weights(arguments.get("params"))
            recording.learning_rate = _first(arguments.get("learning_rate"), float, int)
            recording.problem = weights_problem(recording)
        else:
            recording.optimizer = next(
                (v for v in values if isinstance(v, torch.optim.Optimizer)), None
            )
            modules = [value for value in values if isinstance(value, nn.Module)]
            recording.model = _to_be_trained(modules, recording.optimizer)
            if recording.model is None:
                recording.problem = "the model it is given is no nn.Module (is it still None?)"
            elif recording.optimizer is None and _needs_optimizer(arguments, is_own=is_own):
                recording.problem = "the optimizer it is given is none (is it still None?)"
        waiting = waiting_in(self._code, self.sources)
        if self._goes_by_others(recording, waiting):
            if self._is_all_there_is(recording, waiting):
                self.stopped = recording
                raise TrainingFound
            self._goes_astray = True
        if is_own and name == "train_part34" and recording.optimizer is None:
            self._find_out(recording)
        self.add(recording)

    def _find_out(self, recording: Recording) -> None:
        """What a function of the student's own trains that is not given model and optimizer.

        It may make them itself, or find them among the names of the notebook.
        """
        if self._calls[str(recording.where)] > MAX_REHEARSED:
            return
        before = len(self.recordings)
        found = self.rehearse(recording.run)
        for call in self.calls[before - self._before :]:  # by a function that it calls
            del self.recordings[call.target]
        if self.stopped is not None:
            raise TrainingFound
        if found is None:
            return
        model = found.model if recording.model is None else recording.model
        if parameters_of(found.optimizer) & parameters_of(model):
            recording.model, recording.optimizer = model, found.optimizer
            recording.problem = None

    def _goes_by_others(self, recording: Recording, waiting: Sequence[Caller]) -> bool:
        """Whether a call stands in a loop whose course may be decided by what is not known yet.

        The loop may end by the accuracy that a function of the student's own returns, or that it
        computes itself, or look at the history that one keeps.
        """
        called = [value for caller in waiting for value in caller.called_in_loop()]
        return any(
            self._tells(value) or (value is not None and value is recording.model)
            for value in called
        )

    def _is_all_there_is(self, recording: Recording, waiting: Sequence[Caller]) -> bool:
        """Whether the statement in hand trains one model by one optimizer, and nothing else.

        A loop that takes or makes model or optimizer anew searches: each call is a training of its
        own. So may an outer loop, where the statement makes them itself. Where another training
        follows, a statement that is stopped would never come to it.
        """
        pair = _pair(recording)
        anew = {id(value) for caller in waiting for value in caller.bound_in_loop()}
        loops = [caller for caller in waiting if caller.is_in_loop()]
        known = self._bound | (loops[0].holds() if len(loops) == 1 else set())
        return (
            recording.holder is not None
            and pair <= known - anew
            and all(_pair(call) == pair for call in self.calls)
            and not any(each.is_in_comprehension() or each.takes_in_turn() for each in waiting)
            and not any(self._trains_below(caller) for caller in waiting)
        )

    def _trains_below(self, caller: Caller) -> bool:
        """Whether what a caller calls afterwards trains, too."""
        return any(
            name in TRAINERS
            or TRAINERS.keys() & names_reached(function, caller.scope, self.is_own_file)
            for name, function in caller.called_below()
        )

    def calling_place(self) -> Location:
        """The student's line that is being run."""
        caller = next(callers(self.sources), None)
        return caller.where if caller is not None else Location(file="?")


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # `train_part2 = int`, say: nothing that trains
        return None


def _pair(recording: Recording) -> set[int]:
    """What tells apart what is trained, and by which optimizer."""
    return {id(recording.holder), id(recording.optimizer or recording.holder)}


def _to_be_trained(
    modules: Sequence[nn.Module], optimizer: torch.optim.Optimizer | None
) -> nn.Module | None:
    """The one of the arguments that is trained; a loss function is a module, too."""
    if len(modules) < 2:
        return next(iter(modules), None)
    owning = owner(optimizer, modules) if optimizer is not None else None
    if owning is not None:
        return owning
    with_weights = (module for module in modules if any(True for _ in module.parameters()))
    return next(with_weights, modules[0])


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
