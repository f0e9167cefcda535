"""The parts of the homework in `tests/mistakes`, ready to be called in this process."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn, optim

from grader.errors import StudentError
from reference.solution import flatten

MISTAKES = Path(__file__).parents[1] / "mistakes"


def part_of(path: Path) -> str:
    """Which part of the homework it is."""
    return re.match(r"# part: (\w+)", path.read_text())[1]


def begins(path: Path) -> set[str]:
    """Where its numbers depart from the right ones, for a mistake that has no name."""
    return set(re.search(r"# begins: (.*)", path.read_text())[1].split(", "))


def pieces(folder: str, *parts: str) -> list[Path]:
    """The files of a folder that are one of these parts."""
    return [path for path in sorted((MISTAKES / folder).glob("*.py")) if part_of(path) in parts]


def function(path: Path) -> Callable[..., Tensor]:
    """Its function; what it raises is told as a worker tells it."""
    names = {
        "np": np, "torch": torch, "F": F, "nn": nn, "optim": optim, "flatten": flatten,
        "dtype": torch.float32, "device": "cpu",
    }  # fmt: skip
    exec(compile(path.read_text(), path, "exec"), names)

    def call(*arguments: object) -> Tensor:
        try:
            return names[part_of(path)](*arguments)
        except Exception as error:
            raise StudentError(type(error).__name__, str(error)) from error

    return call
