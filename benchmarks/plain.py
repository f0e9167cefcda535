"""Plain execution of a homework, as a notebook does it: what its training steps take.

Its cells run in one namespace, with torchvision's own transforms and DataLoader; only the images
come from a store of torchgrade's instead of the archive. A cell that raises ends there, and the
next one runs. Every training pass is cut off after some batches, so that a step can be timed
without an evening; `--batches 0` carries it to its end.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import torch
import torchvision
from numpy.typing import NDArray
from torch.utils.data import SubsetRandomSampler
from torch.utils.flop_counter import FlopCounterMode
from workers import ROOT

from grader.choices import DataChoice
from grader.data import open_store
from grader.harness.cells.magics import to_python
from grader.intake import read_submission
from grader.protocol.parts import Cell

BATCH = 64
TRAIN = 49_000
"""How many images the homework trains on."""
COUNTED = 3
"""The step whose multiply-adds are counted."""


@dataclass
class Pass:
    """One pass over training images: when it came to each gradient, and what a step multiplies."""

    ends: list[float] = field(default_factory=list)
    cores_at_ends: list[float] = field(default_factory=list)
    multiply_adds: float = 0.0

    @property
    def step(self) -> float | None:
        """In seconds: the median, without the first ones and the counted one."""
        return _median_span(self.ends)

    @property
    def core_step(self) -> float | None:
        """The same in seconds of a core."""
        return _median_span(self.cores_at_ends)


def _median_span(ends: Sequence[float]) -> float | None:
    spans = [later - earlier for earlier, later in pairwise(ends)][COUNTED + 1 :]
    return statistics.median(spans) if spans else None


class Watch:
    """Times every backward pass, by the training pass that it belongs to."""

    def __init__(self, batches: int) -> None:
        self.passes: list[Pass] = []
        self._counter: FlopCounterMode | None = None
        self._images = batches * BATCH

    def install(self) -> None:
        """Cut samplers of training images short, and look at every gradient."""
        watch, draws, backward = self, SubsetRandomSampler.__iter__, torch.Tensor.backward

        def iterate(sampler: SubsetRandomSampler) -> Iterator[int]:
            if len(sampler.indices) > watch._images and sampler.indices[0] == 0:
                watch.passes.append(Pass())
                return iter(list(draws(sampler))[: watch._images])
            return iter(list(draws(sampler))[: 4 * BATCH])

        def note(tensor: torch.Tensor, *args: Any, **keywords: Any) -> None:
            backward(tensor, *args, **keywords)
            watch._note()

        SubsetRandomSampler.__iter__ = iterate
        setattr(torch.Tensor, "backward", note)  # noqa: B010  # no type fits a patch

    def _note(self) -> None:
        if not self.passes:
            return
        now = self.passes[-1]
        now.ends.append(time.perf_counter())
        now.cores_at_ends.append(time.process_time())
        if len(now.ends) == COUNTED:
            self._counter = FlopCounterMode(display=False)
            self._counter.__enter__()
        elif self._counter is not None:
            self._counter.__exit__(None, None, None)
            now.multiply_adds = self._counter.get_total_flops() / 2
            self._counter = None


def serve_images(data: DataChoice, root: Path | None) -> None:
    """Have torchvision's CIFAR10 hold the images of a store, as it holds those of the archive."""
    store = open_store(data, root)
    train, test = store.train(), (store.test(), store.practice())
    # The homework takes the last 1,000 for its validation set. A store may hold fewer than the
    # archive: they come again.
    trained = (_repeated(train.images), _repeated(train.labels))
    held_out = store.validation()
    images = {
        True: np.concatenate([trained[0], held_out.images]),
        False: np.concatenate([each.images for each in test]),
    }
    labels = {
        True: np.concatenate([trained[1], held_out.labels]),
        False: np.concatenate([each.labels for each in test]),
    }

    def init(dataset, root=None, train=True, transform=None, target_transform=None, download=False):
        super(torchvision.datasets.CIFAR10, dataset).__init__(
            "", transform=transform, target_transform=target_transform
        )
        dataset.train = train
        dataset.data, dataset.targets = images[train], labels[train].tolist()

    torchvision.datasets.CIFAR10.__init__ = init


def _repeated(values: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.resize(values, (TRAIN, *values.shape[1:]))


def main() -> None:
    """Print a last line of JSON: seconds (of the clock, of a core), passes, what was printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submission", type=Path)
    parser.add_argument("--batches", type=int, default=30)
    parser.add_argument("--threads", type=int, help="as many as torch takes by itself")
    parser.add_argument("--data", default="auto")
    parser.add_argument("--data-root", type=Path)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    serve_images(options.data, options.data_root)
    watch = Watch(options.batches)
    if options.batches:
        watch.install()
    cells = read_submission(ROOT / options.submission).cells
    started, cores_at_start = time.perf_counter(), time.process_time()
    printed = execute(cells)
    told = {
        "seconds": time.perf_counter() - started,
        "core_seconds": time.process_time() - cores_at_start,
        "passes": [
            {
                "step": each.step,
                "core_step": each.core_step,
                "multiply_adds": each.multiply_adds,
            }
            for each in watch.passes
        ],
        "printed": printed,
    }
    # On a line of its own: some notebooks print past every redirection.
    print(f"\n{json.dumps(told)}", flush=True)


def execute(cells: Sequence[Cell]) -> dict[str, str]:
    """Run them as a notebook does; what each printed, by its file or cell."""
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    module.__dict__["get_ipython"] = MagicMock()
    # Many were written on Colab, and mount a drive first.
    sys.modules["google"] = sys.modules["google.colab"] = MagicMock()
    printed = {}
    for cell in cells:
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            try:
                exec(compile(to_python(cell.source), cell.file, "exec"), module.__dict__)
            except Exception as error:
                print(f"{cell.file}: {traceback.format_exception_only(error)[-1]}", file=sys.stderr)
        printed[cell.file] = text.getvalue()
    return printed


if __name__ == "__main__":
    main()
