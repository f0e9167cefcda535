"""State of the process that a request sets for a while and puts back."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

_SEEDING = (torch.manual_seed, np.random.seed, random.seed)


def seed_everything(seed: int) -> None:
    """Seed every random number generator that student code is likely to use."""
    seed_torch, seed_numpy, seed_python = _SEEDING  # whatever student code put in their places
    seed_torch(seed)
    seed_numpy(seed % 2**32)
    seed_python(seed)


class OwnSeeds:
    """The seeds that student code sets itself, moved where a training is tried once more.

    Whoever seeds in the training itself, as is taught, would else be given the same training again.
    """

    def __init__(self) -> None:
        self._by = 0

    def install(self) -> None:
        """Put what moves them in the places of what seeds, for good."""
        torch.manual_seed = torch.random.manual_seed = self._moved(torch.manual_seed)
        np.random.seed = self._moved(np.random.seed)
        random.seed = self._moved(random.seed)

    @contextlib.contextmanager
    def moved(self, by: int) -> Iterator[None]:
        """Until this ends, add a number to them."""
        self._by = by
        try:
            yield
        finally:
            self._by = 0

    def _moved(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def seed(*args: Any, **keywords: Any) -> Any:
            args = tuple(map(self._other, args))
            return function(*args, **{name: self._other(v) for name, v in keywords.items()})

        return seed

    def _other(self, value: Any) -> Any:
        return value + self._by if type(value) is int else value


@contextlib.contextmanager
def threads_of_torch(number: int) -> Iterator[None]:
    """Let torch use so many threads, and afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def same_randomness() -> Iterator[None]:
    """Leave the random number generators as they were: measuring must not change the run."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])


@contextlib.contextmanager
def evaluating(model: nn.Module | None) -> Iterator[None]:
    """Evaluation mode, and afterwards every module's own mode again."""
    if model is None:
        yield
        return
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
