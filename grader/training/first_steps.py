"""The first steps of a training: what they come to is what is compared with the reference's.

They are taken from weights, with batches and at positions that a machine draws in secret for each
experiment (`Draw`), and the network is shown images of the machine's own making afterwards. So what
they come to is in nobody's hands beforehand: who has torchgrade finds out what it is on another
machine, and there it is something else. In the worker the draw cannot be told from what it sees of
it: each part has a seed of its own, which does not lead to the others.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.protocol import messages as m
from grader.sandbox.student import Student
from grader.training.experiments import Experiment, Network, draw
from grader.training.measuring import CHUNK, disturbed
from grader.understanding.matched import MatchedRun

STEPS = 8
"""Batches after which the weights are compared."""

TOLERANCE = 1e-3
"""By how much of its largest change a tensor may differ then; other orders of summing make 2e-4."""

SOME = 2048
"""Numbers of each tensor that are compared."""

NUDGE = 3e-7
"""About what another order of summing changes in a ReLU's input, or somewhat more."""

MAX_DRAWS = 12
"""Of which one in two or three does not hang on rounding."""

_SECRET_BYTES = 16


class NoSteps(Exception):
    """A training ended before it had taken its first steps, or what it trains cannot be read."""


@dataclass(frozen=True)
class Draw:
    """What the first steps of an experiment are taken from and looked at by, on one machine.

    Attributes:
        secret: what all of it is drawn from, as hexadecimal digits.
    """

    secret: str

    @classmethod
    def new(cls) -> Draw:
        """Drawn by the machine."""
        return cls(secrets.token_hex(_SECRET_BYTES))

    def seed(self, of: Literal["batches", "weights", "positions", "images"]) -> int:
        """31 bits; that of the batches is seen in the worker."""
        digest = hashlib.sha256(f"{self.secret}:{of}".encode()).digest()
        return int.from_bytes(digest[:4], "little") >> 1

    def images(self, split: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Some of the (N, H, W, 3) images, as many as a measurement sends, moved and with noise."""
        generator = np.random.default_rng(self.seed("images"))
        chosen = generator.choice(len(split), min(CHUNK, len(split)), replace=False)
        return disturbed(split[np.sort(chosen)], int(generator.integers(2**63)))

    def fewer(self, images: int) -> int:
        """How many of these images are shown once more, for themselves."""
        return int(np.random.default_rng(self.seed("images") + 1).integers(1, images))


@dataclass(frozen=True)
class FirstSteps:
    """What the first steps come to.

    Attributes:
        changes: by how much they change the weights: some numbers of each tensor.
        scores: of the images that are shown afterwards, (N, classes); a network may do otherwise
            when it is measured.
        iteration: how many steps there were.
    """

    changes: tuple[Tensor, ...]
    scores: Tensor
    iteration: int

    def equal(self, other: FirstSteps) -> bool:
        """Whether the other's are these, but for rounding."""
        mine, theirs = (*self.changes, self.scores), (*other.changes, other.scores)
        return (
            self.iteration == other.iteration
            and self.scores.shape == other.scores.shape
            and all(_close(*pair) for pair in zip(mine, theirs, strict=True))
        )


@dataclass(frozen=True)
class FirstStepsTaker:
    """Has first steps taken.

    Attributes:
        split: what the images that are shown are made of, (N, H, W, 3).
        pauses: in an epoch, so that the first one comes after :data:`STEPS` batches.
        threads: that a training may use.
    """

    split: NDArray[np.uint8]
    pauses: int
    threads: int

    def take(
        self,
        experiment: Experiment,
        student: Student,
        matched: MatchedRun,
        network: Network,
        drawn: Draw,
        nudge: float = 0.0,
    ) -> FirstSteps:
        """What a run's first steps come to.

        Args:
            experiment: which the run is, or may be.
            student: the submission, in a worker of its own.
            matched: the run.
            network: what it trains.
            drawn: what the steps are taken from.
            nudge: by how much of itself each weight is moved before, times a normal number.

        Raises:
            NoSteps: there are none.
            WorkerError: the worker gave no answer.
        """
        target, images = matched.last.target, drawn.images(self.split)
        # A model that hangs is found within one request, and not only when no batch comes.
        student.probe(target, images[:2])
        weights = draw(experiment, network, drawn.seed("weights"))
        before = _nudged(weights, nudge, drawn.seed("positions"))
        student.set_weights(target, network.to_own(before))
        steps: list[FirstSteps] = []

        def stop(at: m.Paused) -> bool:
            after = network.from_own(student.weights(target))
            if after is not None:
                changes = _changes(before, after, drawn.seed("positions"))
                scores = self._scores(student, target, images, drawn.fewer(len(images)))
                steps.append(FirstSteps(changes, scores, at.iteration))
            return False

        student.train(
            matched.targets,
            seed=drawn.seed("batches"),
            epochs=1,
            pauses_per_epoch=self.pauses,
            threads=self.threads,
            on_pause=stop,
        )
        if not steps:
            raise NoSteps
        return steps[0]

    def _scores(
        self, student: Student, target: str, images: NDArray[np.uint8], fewer: int
    ) -> Tensor:
        """Of all of the images, and of some once more: by how many they come makes no difference.

        A network may know the sizes of the batches that it is checked with.
        """
        shown = (images, images[:fewer])
        scores = [student.scores(target, part, threads=self.threads) for part in shown]
        if any(part.dim() != scores[0].dim() for part in scores):
            raise NoSteps
        return torch.cat([part.detach().float() for part in scores])


def steady(take: Callable[[Draw, float], FirstSteps]) -> tuple[Draw, FirstSteps]:
    """A draw whose steps do not hang on rounding, and what these come to.

    Where a ReLU's input lies within rounding of zero, one order of summing has a gradient there
    that another has not. Such a draw is none to compare by: weights that are nudged tell, and
    another one is taken. The last one is taken as it is.

    Args:
        take: has the reference take its steps; by a draw, from weights that are nudged so much.
    """
    for _ in range(MAX_DRAWS - 1):
        drawn = Draw.new()
        steps = take(drawn, 0.0)
        if all(steps.equal(take(drawn, nudge)) for nudge in (NUDGE, -NUDGE)):
            return drawn, steps
    drawn = Draw.new()
    return drawn, take(drawn, 0.0)


def _nudged(weights: tuple[Tensor, ...], nudge: float, seed: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(
        weight * (1 + nudge * torch.randn(weight.shape, generator=generator)) for weight in weights
    )


def _changes(
    before: tuple[Tensor, ...], after: tuple[Tensor, ...], seed: int
) -> tuple[Tensor, ...]:
    pairs = zip(after, before, strict=True)
    return tuple(_some(now, seed) - _some(then, seed) for now, then in pairs)


def _some(tensor: Tensor, seed: int) -> Tensor:
    """Some of a tensor's numbers, the same ones for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return tensor.flatten()[torch.randint(tensor.numel(), (SOME,), generator=generator)]


def _close(mine: Tensor, theirs: Tensor) -> bool:
    """NaN is close to nothing."""
    scale = mine.abs().max().item()
    return (mine - theirs).abs().max().item() <= TOLERANCE * scale
