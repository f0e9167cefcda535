"""Mistakes in `flatten`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from reference.misconceptions.texts import Misconception

_FLATTEN = "Notebook, Part II: the flatten function"
_VIEW = "PyTorch documentation, torch.Tensor.view and torch.reshape"


@dataclass(frozen=True)
class FlattenMistake(Misconception):
    """A mistake that lays out an (N, ...) tensor in another way."""

    flatten: Callable[[Tensor], Tensor]


FLATTENINGS: tuple[FlattenMistake, ...] = (
    FlattenMistake(
        id="flatten_loses_batch",
        title="everything laid out in one row",
        hint="Each image should get a row of its own. Which axis has to stay?",
        explanation="x.view(-1) or x.flatten(): the axis of the batch is lost.",
        course=_FLATTEN,
        flatten=lambda x: x.reshape(-1),
    ),
    FlattenMistake(
        id="flatten_one_row",
        title="everything laid out in a matrix of one row",
        hint="Each image should get a row of its own. Which size has to stay, and which may be "
        "worked out?",
        explanation="x.view(1, -1): all images end up in one row.",
        course=_FLATTEN,
        flatten=lambda x: x.reshape(1, -1),
    ),
    FlattenMistake(
        id="flatten_transposed",
        title="a column for each image in place of a row",
        hint="The numbers are right, but which axis should the images be counted along?",
        explanation="The result is transposed: (rest, N).",
        course=_FLATTEN,
        flatten=lambda x: x.reshape(x.shape[0], -1).T,
    ),
    FlattenMistake(
        id="flatten_batch_last",
        title="sizes given in the wrong order",
        hint="In which order are the sizes of the result to be given?",
        explanation="x.view(-1, N): the right number of numbers, but those of different images "
        "are mixed.",
        course=_VIEW,
        flatten=lambda x: x.reshape(-1, x.shape[0]),
    ),
    FlattenMistake(
        id="flatten_batch_last_transposed",
        title="rows that mix numbers of several images",
        hint="Reshaping to the transposed sizes and turning the result is not the same as keeping "
        "each image's numbers together.",
        explanation="x.view(-1, N).T: the shape is right, the images are mixed.",
        course=_VIEW,
        flatten=lambda x: x.reshape(-1, x.shape[0]).T,
    ),
    FlattenMistake(
        id="flatten_from_second_axis",
        title="only the axes after the second one laid out",
        hint="Which is the first axis that has to disappear?",
        explanation="x.flatten(2) or x.view(N, C, -1): the channels keep an axis of their own.",
        course=_FLATTEN,
        flatten=lambda x: x.flatten(2) if x.dim() > 2 else x,
    ),
    FlattenMistake(
        id="flatten_up_to_last_axis",
        title="the last axis kept",
        hint="Which axis has to stay, the first or the last?",
        explanation="x.view(-1, x.shape[-1]): rows of single lines of an image.",
        course=_FLATTEN,
        flatten=lambda x: x.reshape(-1, x.shape[-1]),
    ),
    FlattenMistake(
        id="flatten_first_two_axes",
        title="the images and their channels put on one axis",
        hint="Each image should get one row, not one for each of its channels.",
        explanation="x.view(N * C, -1): a row for each channel of each image.",
        course=_FLATTEN,
        flatten=lambda x: x.flatten(0, 1).flatten(1) if x.dim() > 2 else x.flatten(),
    ),
    FlattenMistake(
        id="flatten_channels_last",
        title="the channels moved to the end first",
        hint="The numbers of an image should stay in the order in which they lie. What do you "
        "move?",
        explanation="x.permute(0, 2, 3, 1) before flattening, as one does in TensorFlow.",
        course=_FLATTEN,
        flatten=lambda x: x.movedim(1, -1).reshape(x.shape[0], -1),
    ),
    FlattenMistake(
        id="flatten_last_axes_swapped",
        title="the last two axes swapped first",
        hint="The numbers of an image should stay in the order in which they lie. What do you "
        "swap?",
        explanation="A transpose of height and width before flattening.",
        course=_FLATTEN,
        flatten=lambda x: (x.mT if x.dim() > 2 else x).reshape(x.shape[0], -1),
    ),
    FlattenMistake(
        id="flatten_axes_reversed",
        title="the axes after the first one reversed",
        hint="The numbers of an image should stay in the order in which they lie. What do you "
        "turn?",
        explanation="The axes of an image are reversed before flattening: Fortran's order.",
        course=_FLATTEN,
        flatten=lambda x: x.permute(0, *range(x.dim() - 1, 0, -1)).reshape(x.shape[0], -1),
    ),
    FlattenMistake(
        id="flatten_squeezed",
        title="axes of size 1 dropped",
        hint="A batch of a single image is still a batch. What happens to its axis?",
        explanation="squeeze() drops the batch's axis where N = 1.",
        course=_FLATTEN,
        flatten=lambda x: x.reshape(x.shape[0], -1).squeeze(),
    ),
    FlattenMistake(
        id="flatten_unchanged",
        title="nothing done",
        hint="The result is what was handed over. Is something computed, but not returned?",
        explanation="x is returned as it came: often x.view(N, -1) without using its result.",
        course=_VIEW,
        flatten=lambda x: x,
    ),
)
