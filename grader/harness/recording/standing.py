"""How things stood when a training was asked for, put back before it is carried out.

While cells are loaded, trainings are only recorded and the cells below go on: evaluations switch
modes, schedulers lower learning rates, saliency maps freeze weights, hooks are set to look into a
network, a last layer is taken off, weights are pruned or halved, images are augmented or cut down
for what comes next, gradients are turned off for good. At home all of that happened after the
training.

Only what cells changed is put back: what a model makes in its first forward pass, which may be one
of our measurements, and what an earlier training of it left, stay. What cannot be put back (a
student's objects may refuse anything) is trained as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
)
_OF_LAZY_LAYERS = "_infer_parameters"
"""The hook by which a lazy layer gets its sizes; it takes it off when it has them."""
_OF_DATA_SETS = ("transform", "target_transform", "_data", "_targets", "_replaced")
_PLAIN = (bool, int, float, str)
_MISSING = object()


class Changes:
    """What cells have changed below a training: objects, and what of them."""

    def __init__(self) -> None:
        self._found: set[tuple[int, object]] = set()

    def add(self, changed: object, what: object) -> None:
        """Note one."""
        self._found.add((id(changed), what))

    def hold(self, changed: object, what: object) -> bool:
        """Whether it was noted."""
        return (id(changed), what) in self._found


class Standing:
    """The state of torch, of a model, an optimizer and data sets, as it is when this is made.

    Args:
        model: what is trained, where it is a model.
        optimizer: what trains it.
        values: where loaders and data sets may be found.
    """

    def __init__(
        self,
        model: nn.Module | None,
        optimizer: torch.optim.Optimizer | None,
        values: Iterable[object],
    ) -> None:
        self._gradients, self._dtype = torch.is_grad_enabled(), torch.get_default_dtype()
        self._modes = [(module, module.training) for module in _modules_of(model)]
        self._model: list[_Part] = [_Module(module) for module in _modules_of(model)]
        self._model += [_Weight(weight) for weight in _weights_of(model)]
        groups = optimizer.param_groups if optimizer is not None else []
        self._rest: list[_Part] = [_Named(group, leaving_out=("params",)) for group in groups]
        datasets = {id(each): each for value in values for each in _datasets(value)}
        self._rest += [_DataSet(each) for each in datasets.values()]
        self._changes = Changes()

    def note(self, changes: Changes) -> None:
        """All cells have run: note what is different now.

        One collection for all trainings: what cells changed between two of them is as it was for
        each, whichever is carried out before.
        """
        self._changes = changes
        for part in (*self._model, *self._rest):
            with contextlib.suppress(Exception):
                part.note(changes)

    def restore(self) -> None:
        """Undo what they changed, all of it."""
        torch.set_grad_enabled(self._gradients)
        torch.set_default_dtype(self._dtype)
        self.restore_model()
        for module, mode in self._modes:
            module.training = mode
        self._undo(self._rest)

    def restore_model(self) -> None:
        """Undo it in the model alone, which stays in the mode that it is in."""
        self._undo(self._model)

    def _undo(self, parts: Iterable[_Part]) -> None:
        for part in parts:
            with contextlib.suppress(Exception):
                part.restore(self._changes)


class _Part(Protocol):
    """One thing that has a state."""

    def note(self, changes: Changes) -> None: ...

    def restore(self, changes: Changes) -> None: ...


def _modules_of(model: nn.Module | None) -> Iterator[nn.Module]:
    """Those that hold their parts themselves; those of TorchScript cannot be changed."""
    for module in model.modules() if model is not None else ():
        if not isinstance(module, torch.jit.ScriptModule):
            yield module


def _weights_of(model: nn.Module | None) -> Iterator[Tensor]:
    if model is not None:
        yield from model.parameters()
        yield from model.buffers()


class _Named:
    """A dictionary: which names it holds, in which order, and what they mean."""

    def __init__(self, named: dict[Any, Any], leaving_out: tuple[str, ...] = ()) -> None:
        self._named = named
        self._leaving_out = leaving_out
        self._kept = {name: value for name, value in named.items() if name not in leaving_out}

    def note(self, changes: Changes) -> None:
        for name in {*self._named, *self._kept}.difference(self._leaving_out):
            if self._named.get(name, _MISSING) is not self._kept.get(name, _MISSING):
                changes.add(self._named, name)

    def restore(self, changes: Changes) -> None:
        now = {n: v for n, v in self._named.items() if not changes.hold(self._named, n)}
        now |= {n: v for n, v in self._kept.items() if self.is_changed(n, changes)}
        in_order = {name: now.pop(name) for name in self._kept if name in now}
        left_out = {n: v for n, v in self._named.items() if n in self._leaving_out}
        self._named.clear()
        self._named.update({**left_out, **in_order, **now})

    def is_changed(self, name: object, changes: Changes) -> bool:
        """Whether cells changed one that was there, and it is to come back."""
        is_lazy = getattr(self._kept.get(name), "__name__", None) == _OF_LAZY_LAYERS
        return name in self._kept and changes.hold(self._named, name) and not is_lazy


class _Module:
    """One module: its class, its parts and weights by name, its hooks, and its own switches."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._class = type(module)
        self._weights = [(held, _Named(held)) for held in (module._parameters, module._buffers)]
        hooks = [_Named(getattr(module, name)) for name in _HOOKS]
        self._named = [_Named(module._modules), *(named for _, named in self._weights), *hooks]
        self._unmade = [name for name, value in module.__dict__.items() if value is None]
        self._plain = _plain(module)

    def note(self, changes: Changes) -> None:
        for named in self._named:
            named.note(changes)
        if type(self._module) is not self._class:
            changes.add(self._module, "class")
        for name, value in _plain(self._module).items():
            if name in self._plain and self._plain[name] != value:
                changes.add(self._module, name)

    def restore(self, changes: Changes) -> None:
        for named in self._named:
            named.restore(changes)
        for held, named in self._weights:
            # Pruning gives a weight another name, and keeps what it computes under its own.
            for name in held:
                if named.is_changed(name, changes):
                    self._module.__dict__.pop(name, None)
        # What a model makes when it is first called, it looks for under its name.
        for name in self._unmade:
            if not hasattr(self._module, name):
                self._module.__dict__[name] = None
        for name, value in self._plain.items():
            if changes.hold(self._module, name):
                self._module.__dict__[name] = value
        # A lazy layer becomes another once it has its sizes.
        is_lazy = issubclass(self._class, nn.modules.lazy.LazyModuleMixin)
        if changes.hold(self._module, "class") and not is_lazy:
            self._module.__class__ = self._class


def _plain(module: nn.Module) -> dict[str, Any]:
    """Numbers, words and switches that are attributes; its mode is looked after elsewhere."""
    return {
        name: value
        for name, value in module.__dict__.items()
        if isinstance(value, _PLAIN) and name != "training"
    }


class _Weight:
    """One parameter or buffer: its precision, and whether it is trained."""

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight
        self._dtype = weight.dtype
        self._trained = weight.requires_grad

    def note(self, changes: Changes) -> None:
        if self._weight.dtype != self._dtype:
            changes.add(self._weight, "dtype")
        if self._weight.requires_grad != self._trained:
            changes.add(self._weight, "trained")

    def restore(self, changes: Changes) -> None:
        weight = self._weight
        if changes.hold(weight, "dtype"):
            weight.data = weight.data.to(self._dtype)
            weight.grad = None
        if changes.hold(weight, "trained"):
            weight.requires_grad = self._trained


class _DataSet:
    """What a data set does with its images, and whether it is still the one that was served."""

    def __init__(self, dataset: Dataset[Any]) -> None:
        self._dataset = dataset
        self._kept: dict[str, Any] = {}
        self._steps: list[tuple[list[Any], list[Any]]] = []
        with contextlib.suppress(Exception):  # its attributes may be computed
            self._kept = {n: getattr(dataset, n) for n in _OF_DATA_SETS if hasattr(dataset, n)}
            steps = [getattr(kept, "transforms", None) for kept in self._kept.values()]
            self._steps = [(each, list(each)) for each in steps if isinstance(each, list)]

    def note(self, changes: Changes) -> None:
        for name, kept in self._kept.items():
            if getattr(self._dataset, name) is not kept:
                changes.add(self._dataset, name)

    def restore(self, changes: Changes) -> None:
        for steps, kept_steps in self._steps:
            steps[:] = kept_steps
        for name, kept in self._kept.items():
            if changes.hold(self._dataset, name):
                setattr(self._dataset, name, kept)


def _datasets(value: object) -> Iterator[Dataset[Any]]:
    """The data set that a value is or holds, and those that it is made of one within the other."""
    seen: set[int] = set()
    while isinstance(value, (DataLoader, Dataset)) and id(value) not in seen:
        seen.add(id(value))
        if isinstance(value, Dataset):
            yield value
        value = value.__dict__.get("dataset")
