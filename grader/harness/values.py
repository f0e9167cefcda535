"""Arguments and results on their way across the channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from grader.harness.cells.failures import clean
from grader.protocol import messages as m
from grader.protocol import parts

Tensors = Mapping[str, Tensor]
Answer = tuple[m.Reply, Tensors]

NOTHING: Tensors = {}
MAX_RESULT_BYTES = 64 << 20


def decode_argument(
    name: str,
    argument: parts.TensorArgument | tuple[parts.TensorArgument, ...],
    tensors: Tensors,
    leaves: dict[str, Tensor],
    *,
    wants_gradients: bool,
) -> Any:
    """The tensor, or list of tensors, that an argument stands for.

    Args:
        name: under which a gradient by it is reported.
        argument: what the request says.
        tensors: the frame's body.
        leaves: takes the tensors that gradients are wanted by.
        wants_gradients: whether any are.
    """
    if isinstance(argument, tuple):
        return [
            decode_argument(f"{name}.{i}", part, tensors, leaves, wants_gradients=wants_gradients)
            for i, part in enumerate(argument)
        ]
    tensor = tensors[argument.tensor]
    if not argument.contiguous:
        spread = torch.empty((*tensor.shape, 2), dtype=tensor.dtype)
        tensor = spread[..., 0].copy_(tensor)
    if wants_gradients and tensor.is_floating_point():
        leaves[name] = tensor.requires_grad_()
    return tensor


def gradients_by(total: Tensor, leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """d total / d leaf; leaves that do not matter to the total are left out."""
    if not total.requires_grad:  # the result was computed apart from its arguments
        return {}
    wanted = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    gradients = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
    pairs = zip(wanted, gradients, strict=True)
    return {name: plain_tensor(g) for name, g in pairs if g is not None}


def encode_value(result: Any, root: str | None = None) -> Answer:
    """A result as a reply: the tensor, or where it is none of use, what it was.

    `root` is the scratch directory, which the text is not to name.
    """
    type_name = clean(type(result).__name__)
    if not issubclass(type(result), Tensor):  # isinstance believes what __class__ says
        return m.Value(type_name=type_name, text=_short_text(result, root)), NOTHING
    value = m.Value(
        type_name=type_name,
        shape=tuple(result.shape),
        dtype=str(result.dtype),
        device=str(result.device),
    )
    if result.layout is not torch.strided or result.device.type == "meta":
        return value, NOTHING
    # An expanded tensor may claim terabytes while it owns four bytes.
    if result.numel() * result.element_size() > MAX_RESULT_BYTES:
        return value, NOTHING
    return value, {"result": plain_tensor(result)}


def plain_tensor(tensor: Tensor) -> Tensor:
    """A dense CPU tensor that is no subclass and shares nothing."""
    with torch.no_grad():
        return tensor.detach().as_subclass(Tensor).to("cpu").clone()


def _short_text(value: Any, root: str | None) -> str:
    try:
        return clean(repr(value), 200, root)
    except BaseException:  # a student's __repr__ may raise anything
        return "(it cannot be shown)"
