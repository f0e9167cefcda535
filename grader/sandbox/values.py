"""Arguments, results and exceptions on their way across the channel."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from grader.errors import Place, ReplyError, StudentError
from grader.language import _
from grader.language.harness import from_harness
from grader.protocol import messages as m
from grader.protocol import parts
from grader.sandbox.workers import Tensors


def student_error(failure: parts.Failure) -> StudentError:
    """The exception for a failure that a worker reported."""
    places = tuple(Place(place.file, place.line) for place in failure.places)
    # What student code raised stays as it is; some of it is the harness's own.
    return StudentError(failure.type_name, from_harness(failure.message), places)


def encode_arguments(
    arguments: Sequence[object], *, contiguous: bool = True
) -> tuple[tuple[parts.Argument, ...], dict[str, Tensor]]:
    """Tensors and sequences of tensors as message arguments and a frame body."""
    tensors: dict[str, Tensor] = {}

    def encode(name: str, tensor: Tensor) -> parts.TensorArgument:
        tensors[name] = tensor
        return parts.TensorArgument(tensor=name, contiguous=contiguous)

    encoded: list[parts.Argument] = []
    for i, argument in enumerate(arguments):
        if isinstance(argument, Tensor):
            encoded.append(encode(f"{i}", argument))
        else:
            assert isinstance(argument, Sequence)
            encoded.append(tuple(encode(f"{i}.{j}", part) for j, part in enumerate(argument)))
    return tuple(encoded), tensors


def decode_tensor(reply: parts.Message, tensors: Tensors) -> Tensor:
    """The tensor of a `value` reply.

    Raises:
        ReplyError: the student's code returned something that is no ordinary tensor.
    """
    assert isinstance(reply, m.Value)
    tensor = tensors.get("result")
    if tensor is not None:
        return tensor
    if reply.shape is None:
        text = from_harness(reply.text)
        what = f"{reply.type_name}: {text}" if text else reply.type_name
        raise ReplyError(_("it returned no tensor but {what}", what=what))
    raise ReplyError(
        _(
            "it returned a tensor of shape {shape}, {dtype} on {device}, "
            "which is too large, sparse or without data",
            shape="x".join(str(n) for n in reply.shape),
            dtype=reply.dtype,
            device=reply.device,
        )
    )
