"""How many images something is: a batch that was drawn, what a model is given, what a loss is of.

Nothing here believes what a loader or a data set says of itself; it looks at what came.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from torch import Tensor

IMAGE = 3 * 32 * 32
"""Numbers in one of CIFAR-10's images."""

_NODES = 32
"""How far below a loss its scores are looked for: label smoothing takes half a dozen nodes."""


def images_in(value: Any) -> int:
    """The images in whatever a loader yields, in any nesting; 0 where there are none to see.

    The tensors of one batch (images, labels, a second view) speak of the same images; a list of
    samples that nobody collated is as many as it has.
    """
    if isinstance(value, Tensor | np.ndarray):
        return _images(tuple(value.shape))
    if isinstance(value, Mapping):
        return max(map(images_in, value.values()), default=0)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return 0
    counts = list(map(images_in, value))
    collated = any(isinstance(part, Tensor | np.ndarray) for part in value)
    return max(counts) if collated else sum(counts)


def images_given(arguments: Iterable[Any]) -> int:
    """The images among a model's arguments, all tensors together; positions of images are some."""
    return sum(map(_among, (x for x in arguments if isinstance(x, Tensor) and x.dim() > 1)))


def scores_below(losses: Iterable[Tensor]) -> int:
    """For how many images the scores are that losses were computed of, by a softmax; else 0."""
    waiting = deque(loss.grad_fn for loss in losses)
    rows = 0
    for _ in range(_NODES):
        if not waiting:
            break
        node: Any = waiting.popleft()
        if node is None:
            continue
        with suppress(RuntimeError):  # its tensors are gone after a backward pass
            rows = max(rows, _rows(node))
        waiting.extend(following for following, _ in node.next_functions)
    return rows


def _rows(node: Any) -> int:
    """How many images' scores a node normalises, whichever dimension the classes are; else 0."""
    if node.name() in ("LogSoftmaxBackward0", "SoftmaxBackward0"):
        result = node._saved_result
        return int(result.numel() // max(1, result.shape[_signed(node._saved_dim)]))
    if node.name() == "LogsumexpBackward0":
        return int(node._saved_result.numel())
    return 0


def _signed(dimension: int) -> int:
    """torch keeps -1 as the largest number of 64 bits."""
    return dimension - 2**64 if dimension >= 2**63 else dimension


def _among(x: Tensor) -> int:
    if x.dtype in (torch.int64, torch.int32):
        return x.numel() if x.dim() == 2 else _images(tuple(x.shape))
    return _images(tuple(x.shape))


def _images(shape: tuple[int, ...]) -> int:
    """By the form where it is that of images, whatever their size; else also by the content."""
    if not shape or not math.prod(shape):
        return 0
    if len(shape) >= 3 and _is_image(shape[-3:]):
        return math.prod(shape[:-3])
    return max(shape[0], math.prod(shape) // IMAGE)


def _is_image(shape: tuple[int, ...]) -> bool:
    """Whether it is a square with one or three channels, first or last."""
    first, middle, last = shape
    return (first in (1, 3) and middle == last) or (last in (1, 3) and first == middle)
