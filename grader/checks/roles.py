"""The weights of a three-layer ConvNet, found by shape: no attribute name or order matters."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from grader.checks.comparing import shape_text
from grader.checks.outcome import CheckFailed
from grader.language import N_, _
from grader.protocol.parts import Model, Parameter
from grader.sentences import and_more
from reference import Params, ParamShapes

ROLE_TITLES = {
    "conv_w1": N_("the weights of the first convolution"),
    "conv_b1": N_("the bias of the first convolution"),
    "conv_w2": N_("the weights of the second convolution"),
    "conv_b2": N_("the bias of the second convolution"),
    "fc_w": N_("the weights of the fully connected layer"),
    "fc_b": N_("the bias of the fully connected layer"),
}


WEIGHTS = ("conv_w1", "conv_w2", "fc_w")
"""The roles that are initialised by Kaiming's rule; the others are biases."""
BIASES = ("conv_b1", "conv_b2", "fc_b")
MAX_LISTED = 12
"""Parameters that a reason names; of more, how many."""


@dataclass(frozen=True)
class Roles:
    """Which of a model's parameters plays which role.

    names: role -> parameter name, of the roles that are played. shapes: the parameters' own shapes,
    by role. transposed: whether the fully connected weights are stored (classes, features), as
    `nn.Linear` does.
    """

    names: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    transposed: bool

    def to_model(self, params: Params) -> dict[str, Tensor]:
        """The reference's weights in the model's names, orientations and shapes."""
        tensors: dict[str, Tensor] = {}
        for role, tensor in params._asdict().items():
            if role not in self.names:
                continue
            turned = tensor.T if role == "fc_w" and self.transposed else tensor
            tensors[self.names[role]] = turned.reshape(self.shapes[role])
        return tensors

    def from_model(self, tensors: Mapping[str, Tensor], shapes: ParamShapes) -> dict[str, Tensor]:
        """A model's tensors by role and in the reference's shapes; what is missing is left out."""
        found: dict[str, Tensor] = {}
        for role, shape in shapes._asdict().items():
            tensor = tensors.get(self.names.get(role, ""))
            if tensor is None or tuple(tensor.shape) != self.shapes[role]:
                continue
            turned = tensor.T if role == "fc_w" and self.transposed else tensor
            found[role] = turned.reshape(shape)
        return found


def find_roles(model: Model, shapes: ParamShapes, *, optional: Collection[str] = ()) -> Roles:
    """Tell a model's parameters apart by their shapes.

    Args:
        model: the model.
        shapes: that the parameters must have.
        optional: roles that may be played by none.

    Raises:
        CheckFailed: a role is played by no parameter, or parameters are left over.
    """
    left = list(model.parameters)
    names: dict[str, str] = {}
    own_shapes: dict[str, tuple[int, ...]] = {}
    transposed = False
    for role, shape in shapes._asdict().items():
        parameter = next((p for p in left if _plays(role, p, shape)), None)
        if parameter is None and role in optional:
            continue
        if parameter is None:
            raise CheckFailed(
                _(
                    "no parameter of shape {shape} plays {role}; the model's parameters are "
                    "{parameters}",
                    shape=shape_text(shape),
                    role=_(ROLE_TITLES[role]),
                    parameters=listed_parameters(model.parameters),
                )
            )
        left.remove(parameter)
        names[role], own_shapes[role] = parameter.name, parameter.shape
        if role == "fc_w":
            transposed = parameter.shape != shape
    if left:
        raise CheckFailed(
            _(
                "the model has parameters that none of its layers needs: {parameters}",
                parameters=listed_parameters(left),
            )
        )
    return Roles(names, own_shapes, transposed)


def _plays(role: str, parameter: Parameter, shape: tuple[int, ...]) -> bool:
    own = parameter.shape
    if role.startswith("fc_w"):
        return own in (shape, shape[::-1])
    if "_b" in role:  # (C, 1, 1) and the like broadcast as (C,) does
        return math.prod(own) == shape[0] and sum(n != 1 for n in own) <= 1
    return own == shape


def listed_parameters(parameters: Sequence[Parameter]) -> str:
    """Names and shapes, as a reason tells them; of many the first ones."""
    if not parameters:
        return _("none")
    shown = [f"{p.name} {shape_text(p.shape)}" for p in parameters[:MAX_LISTED]]
    more = len(parameters) - len(shown)
    return and_more(shown, more) if more else ", ".join(shown)
