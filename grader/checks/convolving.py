"""Whether what is trained computes with its weights as convolutions do, whatever their shapes.

Two questions, which every network of convolutions answers alike, with whatever kernels, paddings,
strides, pools, activations, order of flattening and missing biases:

- When all weights are zero, no score depends on the image.
- Patterns in two corners of an image are seen by different features: they change the scores by as
  much together as each by itself. In a fully connected network with hidden units they mix.

Where something else mixes them (a softmax, a normalisation of the image), a third one tells: a
pattern that is moved, and the last layer's weights with it, gives the same scores. If it is
mirrored, and they with it, it does not: filters are not mirrored.
What cannot be asked contradicts nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.checks.comparing import shape_text
from grader.checks.network import ThreeLayers
from grader.checks.outcome import CheckFailed
from grader.errors import WorkerError
from grader.language import _
from grader.protocol.parts import Parameter
from grader.sandbox.student import Student

Pictures = NDArray[np.uint8]
Ask = Callable[[Mapping[str, Tensor], Pictures], Tensor]
"""Gives parameters other values, by name, and tells the scores of (N, H, W, C) images."""

CORNER, MIDDLE = 8, 4
"""Height and width of patterns in corners, and of those that are moved."""
PATTERNS, COPIES = 8, 8
BACKGROUNDS = (120, 0)
"""One of them is about 0 for a network, with the homework's normalisation or without."""
SHIFTS = (8, 12, 10)
"""Pixels by which patterns are moved: one of them is a multiple of the stride of all layers."""
MIXES, MOVES = 0.05, 0.5
"""How much patterns mix, or scores move, relative to how far those of patterns lie apart.

Of 60 kinds of networks of convolutions, patterns mixed in 7 alone (0.08 and more), and scores moved
by 0.26 at most; in fully connected ones, by 0.24 and by 1.2 or more.
"""
ROUNDING = 1e-3
"""Of the largest score; a difference below it says nothing, as of scores that a softmax has put at
0 and 1."""
CHANCE = 2.0
"""A difference of so many standard deviations says nothing of who leaves something to chance."""


@contextmanager
def asked_otherwise(student: Student, target: str, weights: Mapping[str, Tensor]) -> Iterator[Ask]:
    """A recorded training's network, which has its own weights again when this ends."""

    def ask(others: Mapping[str, Tensor], pictures: Pictures) -> Tensor:
        student.set_weights(target, others)
        return student.scores(target, pictures)

    try:
        yield ask
    finally:
        with suppress(WorkerError):  # one that was lost has been loaded anew
            student.set_weights(target, weights)


def require_convolving(
    layers: ThreeLayers, weights: Mapping[str, Tensor], ask: Ask, size: int
) -> None:
    """Require that nothing contradicts that the layers are convolutions and what follows them.

    Args:
        layers: which parameters are whose.
        weights: all parameters as they are.
        ask: the network.
        size: height and width of an image.

    Raises:
        CheckFailed: with what contradicts.
    """
    nothing = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    scores = _asked(ask, nothing, _patterns(size, MIDDLE, size // 2, BACKGROUNDS[0]))
    if scores is not None and _spread(scores) > ROUNDING * scores.abs().max().item():
        raise CheckFailed(
            _(
                "another network is trained than two convolutions and one fully connected layer: "
                "the scores depend on the image even when all of its weights are zero, so "
                "something else computes them"
            )
        )
    mixed, moved = contradictions(layers, weights, ask, size)
    if mixed > MIXES and moved > MOVES:
        raise CheckFailed(
            _(
                "another network is trained than two convolutions and one fully connected layer: "
                "its weights of shapes {first} and {second} are not used as filters, which see a "
                "small part of the image at once and all parts alike",
                first=shape_text(layers.first.shape),
                second=shape_text(layers.second.shape),
            )
        )


def contradictions(
    layers: ThreeLayers, weights: Mapping[str, Tensor], ask: Ask, size: int
) -> tuple[float, float]:
    """How much patterns mix, and how far scores move with them; the latter 0 where nothing mixes.

    Args: see `require_convolving`.
    """
    given = {name: torch.zeros_like(w) for name, w in weights.items() if name in layers.biases}
    for seed, each in enumerate((layers.first, layers.second)):
        given[each.name] = _drawn(each, seed)
    mixed = max(_mixed(layers, given, ask, size, background) for background in BACKGROUNDS)
    return mixed, _moved(layers, given, ask, size) if mixed > MIXES else 0.0


def _mixed(
    layers: ThreeLayers, given: Mapping[str, Tensor], ask: Ask, size: int, background: int
) -> float:
    first = _patterns(size, CORNER, 0, background)
    last = _patterns(size, CORNER, size - CORNER, background)
    both, none = np.where(first == background, last, first), np.full_like(first, background)
    weights = {**given, layers.matrix.name: _drawn(layers.matrix, 2)}

    def measure(scores: Tensor, chance: float) -> float:
        of_both, of_none, of_first, of_last = scores.chunk(4)
        difference = of_both + of_none - of_first - of_last
        return _relative(difference, min(_spread(of_first), _spread(of_last)), scores, 2 * chance)

    return _least(
        measure, [(weights, np.concatenate([both, none, first, last]))], ask, enough=MIXES
    )


def _moved(layers: ThreeLayers, given: Mapping[str, Tensor], ask: Ask, size: int) -> float:
    """Of several ways to ask, where they move least."""
    least = math.inf

    def measure(scores: Tensor, chance: float) -> float:
        here, there = scores.chunk(2)
        return _relative(here - there, _spread(here), scores, math.sqrt(2) * chance)

    def compared(pictures: Sequence[Pictures], matrices: Sequence[Tensor]) -> float:
        name = layers.matrix.name
        questions = zip(({**given, name: matrix} for matrix in matrices), pictures, strict=True)
        return _least(measure, list(questions), ask, enough=MOVES)

    for shift, background in product(SHIFTS, BACKGROUNDS):
        at = (size - shift - MIDDLE) // 2
        here, there = (_patterns(size, MIDDLE, start, background) for start in (at, at + shift))
        for matrix, moved, mirrored in _moved_matrices(layers, shift, size):
            distance = compared((here, there), (matrix, moved))
            if (
                distance
                <= MOVES
                < compared((here, np.ascontiguousarray(here[:, :, ::-1])), (matrix, mirrored))
            ):
                return distance
            least = min(least, max(distance, 2 * MOVES))
    return least


def _least(
    measure: Callable[[Tensor, float], float],
    questions: Sequence[tuple[Mapping[str, Tensor], Pictures]],
    ask: Ask,
    *,
    enough: float,
) -> float:
    """What is measured of all pictures together, or of each by itself; 0 where neither can be."""
    scores = [_asked(ask, *question) for question in questions]
    known = [each for each in scores if each is not None]
    together = measure(torch.cat(known), 0.0) if len(known) == len(scores) else None
    if together is not None and together <= enough:
        return together
    # Whoever mixes up the images of a batch, or leaves something to chance, has a mistake that
    # other checks speak of. Copies of one image have nothing to mix up, and show the chance.
    copies = [
        _asked(ask, weights, np.repeat(picture[None], COPIES, axis=0))
        for weights, pictures in questions
        for picture in pictures
    ]
    known = [each for each in copies if each is not None]
    if len(known) < len(copies):
        return together or 0.0
    means = torch.stack([each.mean(0) for each in known])
    variance = torch.stack([each.var(0) for each in known]).mean().item()
    alone = measure(means, math.sqrt(variance / COPIES))
    return alone if together is None else min(alone, together)


def _asked(ask: Ask, weights: Mapping[str, Tensor], pictures: Pictures) -> Tensor | None:
    """Scores, (N, classes); None where none came."""
    try:
        scores = ask(weights, pictures)
    except WorkerError:
        return None
    if scores.dim() != 2 or len(scores) != len(pictures) or not scores.is_floating_point():
        return None
    return scores.double() if bool(torch.isfinite(scores).all()) else None


def _relative(difference: Tensor, spread: float, scores: Tensor, chance: float) -> float:
    size = difference.square().mean().sqrt().item()
    if size <= max(ROUNDING * scores.abs().max().item(), CHANCE * chance):
        return 0.0
    return size / spread if spread else math.inf


def _spread(scores: Tensor) -> float:
    return (scores - scores.mean(0)).square().mean().sqrt().item()


def _patterns(size: int, pattern: int, at: int, background: int) -> Pictures:
    """Images with a pattern each, whose first corner is so far from that of the image."""
    drawn = np.random.default_rng(0).integers(0, 256, (PATTERNS, pattern, pattern, 3))
    pictures = np.full((PATTERNS, size, size, 3), background, np.uint8)
    pictures[:, at : at + pattern, at : at + pattern] = drawn
    return pictures


def _drawn(weights: Parameter, seed: int) -> Tensor:
    fan_in = math.prod(weights.shape) // weights.shape[0]
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(weights.shape, generator=generator) * math.sqrt(2 / fan_in)


def _moved_matrices(
    layers: ThreeLayers, shift: int, size: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """A matrix, the same when maps are moved, and when they are mirrored.

    For each order and orientation that it may have.
    """
    maps, shape = layers.maps, layers.matrix.shape
    features = math.prod(shape) // layers.classes
    side = math.isqrt(features // maps)
    if side * side * maps != features:
        return
    moved_by = shift // max(1, round(size / side))
    drawn = _drawn(layers.matrix, 2).reshape(features, layers.classes)
    for lie, axes in (((maps, side, side), (1, 2)), ((side, side, maps), (0, 1))):
        laid_out = drawn.reshape(*lie, -1)
        for by in (moved_by, -moved_by):  # who turns or mirrors images moves them the other way
            three = [drawn, laid_out.roll((by, by), axes), laid_out.flip(axes[1])]
            rows = [each.reshape(features, -1) for each in three]
            for turned in (shape[0] != features, shape[0] == features):
                one, two, other = ((r.T if turned else r).reshape(shape) for r in rows)
                yield one, two, other
