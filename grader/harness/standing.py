"""How things stood when a training was asked for, put back before it is carried out.

While cells are loaded, trainings are only recorded and the cells below go on: evaluations switch
modes, schedulers lower learning rates, saliency maps freeze weights, hooks are set to look into a
network, a last layer is taken off, weights are pruned or halved, images are augmented for what
comes next, gradients are turned off for good. At home all of that happened after the training.

What cannot be put back (a student's objects may refuse anything) is trained as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

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
_TRANSFORMS = ("transform", "target_transform")


class Standing:
    """The state of torch, of a model, an optimizer and data sets.

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
        self._modules = [_Module(module) for module in _modules_of(model)]
        self._weights = [_Weight(weight) for weight in _weights_of(model)]
        groups = optimizer.param_groups if optimizer is not None else []
        self._groups = [
            (group, {name: value for name, value in group.items() if name != "params"})
            for group in groups
        ]
        datasets = {id(each): each for value in values for each in _datasets(value)}
        self._datasets = [_Transforms(each) for each in datasets.values()]

    def restore(self) -> None:
        """Make everything stand so again."""
        torch.set_grad_enabled(self._gradients)
        torch.set_default_dtype(self._dtype)
        self.restore_model()
        for group, settings in self._groups:
            group.update(settings)
        for dataset in self._datasets:
            with contextlib.suppress(Exception):
                dataset.restore()

    def restore_model(self) -> None:
        """The model alone."""
        parts: list[_Module | _Weight] = [*self._modules, *self._weights]
        for part in parts:
            with contextlib.suppress(Exception):
                part.restore()


def _modules_of(model: nn.Module | None) -> Iterator[nn.Module]:
    """Those that hold their parts themselves; those of TorchScript cannot be changed."""
    for module in model.modules() if model is not None else ():
        if not isinstance(module, torch.jit.ScriptModule):
            yield module


def _weights_of(model: nn.Module | None) -> Iterator[Tensor]:
    if model is not None:
        yield from model.parameters()
        yield from model.buffers()


class _Module:
    """One module: its class and mode, its parts, the names of its weights, and its hooks."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._class = type(module)
        self._mode = module.training
        self._parts = dict(module._modules)
        self._parameters, self._buffers = dict(module._parameters), dict(module._buffers)
        self._hooks = {name: dict(getattr(module, name)) for name in _HOOKS}

    def restore(self) -> None:
        module = self._module
        module.training = self._mode
        _put(module._modules, self._parts)
        _name_again(module._parameters, self._parameters)
        _name_again(module._buffers, self._buffers)
        for name in (*self._parameters, *self._buffers):
            module.__dict__.pop(name, None)
        for name, kept_hooks in self._hooks.items():
            hooks = getattr(module, name)
            there = {
                handle: hook
                for handle, hook in kept_hooks.items()
                if handle in hooks or getattr(hook, "__name__", None) != _OF_LAZY_LAYERS
            }
            _put(hooks, there)
        if not issubclass(self._class, nn.modules.lazy.LazyModuleMixin):
            module.__class__ = self._class  # a lazy layer becomes another once it has its sizes


class _Weight:
    """One parameter or buffer: its precision, and whether it is trained."""

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight
        self._dtype = weight.dtype
        self._trained = weight.requires_grad

    def restore(self) -> None:
        weight = self._weight
        if weight.dtype != self._dtype:
            weight.data = weight.data.to(self._dtype)
            weight.grad = None
        weight.requires_grad = self._trained


class _Transforms:
    """What a data set does with its images."""

    def __init__(self, dataset: Dataset[Any]) -> None:
        self._dataset = dataset
        self._kept: dict[str, Any] = {}
        self._steps: list[tuple[list[Any], list[Any]]] = []
        with contextlib.suppress(Exception):  # its attributes may be computed
            self._kept = {n: getattr(dataset, n) for n in _TRANSFORMS if hasattr(dataset, n)}
            steps = [getattr(kept, "transforms", None) for kept in self._kept.values()]
            self._steps = [(each, list(each)) for each in steps if isinstance(each, list)]

    def restore(self) -> None:
        for name, kept in self._kept.items():
            if getattr(self._dataset, name) is not kept:
                setattr(self._dataset, name, kept)
        for steps, kept_steps in self._steps:
            steps[:] = kept_steps


def _name_again(weights: dict[str, Any], kept: dict[str, Any]) -> None:
    """Make a module have the weights of these names; which they are, a training may change.

    Pruning and parametrizations give a weight another name, and compute what had its own.
    """
    _put(weights, {name: weights.get(name, weight) for name, weight in kept.items()})


def _put(named: dict[Any, Any], kept: dict[Any, Any]) -> None:
    """Make a dictionary hold that, in that order, and nothing else."""
    kept = dict(kept)
    named.clear()
    named.update(kept)


def _datasets(value: object) -> Iterator[Dataset[Any]]:
    """The data set that a value is or holds, and those that it is made of one within the other."""
    seen: set[int] = set()
    while isinstance(value, (DataLoader, Dataset)) and id(value) not in seen:
        seen.add(id(value))
        if isinstance(value, Dataset):
            yield value
        value = value.__dict__.get("dataset")
