"""How things stood when a training was asked for, put back before it is carried out.

While cells are loaded, trainings are only recorded and the cells below go on: evaluations switch
modes, schedulers lower learning rates, saliency maps freeze weights, hooks are set to look into a
network, a last layer is taken off, images are augmented for what comes next, gradients are turned
off for good. At home all of that happened after the training.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import nn
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
        self._modules = [_Module(module) for module in model.modules()] if model is not None else []
        parameters = model.parameters() if model is not None else ()
        self._trainable = [(weight, weight.requires_grad) for weight in parameters]
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
            dataset.restore()

    def restore_model(self) -> None:
        """The model alone."""
        for module in self._modules:
            module.restore()
        for weight, is_trainable in self._trainable:
            weight.requires_grad = is_trainable


class _Module:
    """One module: its mode, its parts and its hooks."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._mode = module.training
        self._parts = dict(module._modules)
        self._hooks = {name: dict(getattr(module, name)) for name in _HOOKS}

    def restore(self) -> None:
        module = self._module
        module.training = self._mode
        module._modules.clear()
        module._modules.update(self._parts)
        for name, kept in self._hooks.items():
            hooks = getattr(module, name)
            there = {
                handle: hook
                for handle, hook in kept.items()
                if handle in hooks or getattr(hook, "__name__", None) != _OF_LAZY_LAYERS
            }
            hooks.clear()
            hooks.update(there)


class _Transforms:
    """What a data set does with its images."""

    def __init__(self, dataset: Dataset[Any]) -> None:
        self._dataset = dataset
        self._kept = {
            name: getattr(dataset, name) for name in _TRANSFORMS if hasattr(dataset, name)
        }
        steps = (getattr(kept, "transforms", None) for kept in self._kept.values())
        self._steps = [(each, list(each)) for each in steps if isinstance(each, list)]

    def restore(self) -> None:
        for name, kept in self._kept.items():
            setattr(self._dataset, name, kept)
        for steps, kept_steps in self._steps:
            steps[:] = kept_steps


def _datasets(value: object) -> Iterator[Dataset[Any]]:
    """The data set that a value is or holds, and those that it is made of one within the other."""
    while isinstance(value, (DataLoader, Dataset)):
        if isinstance(value, Dataset):
            yield value
        value = getattr(value, "dataset", None)
