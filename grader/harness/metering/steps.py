"""Which optimizers step in a run, and with which settings."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from grader.harness.metering.watching import parameters_of
from grader.harness.models import VARIES, describe_optimizer, optimizer_settings
from grader.protocol.parts import MAX_OPTIMIZERS, Optimizer

_SCHEDULED = "lr"
"""What schedulers change; it is told as it was at the first step."""

MAX_KINDS = 64
"""Of optimizers that are told apart: types, and settings but for the learning rate."""

Holder = nn.Module | Sequence[Any] | None
"""The model or list of weights that is trained."""


@dataclass
class _Kind:
    """Optimizers of one type and with the same settings, as they stepped."""

    told: Optimizer
    settings: dict[str, Any]
    changed: set[int] = field(default_factory=set)
    of_trained: bool = False

    def describe(self) -> Optimizer:
        return self.told.model_copy(update={"settings": self.settings})


class Steps:
    """Notes every step; settings other than the learning rate that change in between vary.

    What an optimizer changes is looked at when it steps: in the end a model may have been taken
    apart. Optimizers of one kind are one, so that many of them hide none of another kind.
    """

    def __init__(self) -> None:
        self._kinds: dict[object, _Kind] = {}
        # By identity: a student's own optimizer may call itself equal to another one.
        self._known: dict[int, tuple[weakref.ref[torch.optim.Optimizer], _Kind]] = {}

    def note(self, optimizer: torch.optim.Optimizer, changed: set[int], holder: Holder) -> None:
        """An optimizer is about to step.

        Args:
            optimizer: which.
            changed: the identities of the parameters that it changes.
            holder: what is trained, as far as that is known.
        """
        now = optimizer_settings(optimizer)
        kind = self._kind_of(optimizer, now, holder)
        if kind is None:
            return
        for name, value in now.items():
            if name != _SCHEDULED and kind.settings.get(name, value) != value:
                kind.settings[name] = VARIES
        if not kind.of_trained:
            kind.changed |= changed
            kind.of_trained = bool(changed & _identities(holder))

    def describe(self, holder: Holder) -> tuple[Optimizer, ...]:
        """The optimizers that changed the model or list of weights that was trained."""
        own = _identities(holder)
        return _told(kind for kind in self._kinds.values() if _is_of(kind, own))

    def describe_others(self, holder: Holder) -> tuple[Optimizer, ...]:
        """Those that changed nothing of it."""
        own = _identities(holder)
        return _told(kind for kind in self._kinds.values() if not _is_of(kind, own))

    def _kind_of(
        self, optimizer: torch.optim.Optimizer, settings: dict[str, Any], holder: Holder
    ) -> _Kind | None:
        known = self._known.get(id(optimizer))
        if known is not None and known[0]() is optimizer:
            return known[1]
        model = holder if isinstance(holder, nn.Module) else None
        told = describe_optimizer(optimizer, model)
        key = told.type_name, *((k, v) for k, v in sorted(settings.items()) if k != _SCHEDULED)
        kind = self._kinds.get(key)
        if kind is None:
            if len(self._kinds) >= MAX_KINDS:
                return None
            kind = self._kinds[key] = _Kind(told, settings)
        identity = id(optimizer)
        gone = weakref.ref(optimizer, lambda _: self._known.pop(identity, None))
        self._known[identity] = gone, kind
        return kind


def _is_of(kind: _Kind, own: set[int]) -> bool:
    return kind.of_trained or bool(kind.changed & own)


def _told(kinds: Iterable[_Kind]) -> tuple[Optimizer, ...]:
    """As many as may be told: one of each type before further settings of the same."""
    found = [kind.describe() for kind in kinds]
    first = {each.type_name: each for each in reversed(found)}
    types = [each for each in found if first[each.type_name] is each]
    further = [each for each in found if first[each.type_name] is not each]
    return tuple([*types, *further][:MAX_OPTIMIZERS])


def _identities(holder: Holder) -> set[int]:
    return parameters_of(holder) if isinstance(holder, nn.Module) else set(map(id, holder or ()))
