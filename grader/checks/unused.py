"""A model without what it never uses: a layer that was left over changes no score."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from grader.checks.cases import ConvnetInput
from grader.checks.outcome import CheckFailed
from grader.checks.roles import Roles, find_roles
from grader.errors import WorkerError
from grader.protocol.parts import Model
from grader.sandbox.student import StudentModel
from reference import ParamShapes


def roles_of(model: StudentModel, case: ConvnetInput) -> Roles:
    """Tell a model's parameters apart by their shapes, those aside that no score depends on.

    Raises:
        CheckFailed: a role is played by no parameter, or parameters are left over.
    """
    return roles_for(model, case.x, case.shapes)


def roles_for(
    model: StudentModel, x: Tensor, shapes: ParamShapes, *, optional: Collection[str] = ()
) -> Roles:
    """The same for images x and weights of these shapes; see `find_roles`."""
    try:
        return find_roles(model.model, shapes, optional=optional)
    except CheckFailed:
        return find_roles(used_part(model, x), shapes, optional=optional)


def used_part(model: StudentModel, x: Tensor) -> Model:
    """What a model is made of, without the parameters that its scores for x do not depend on.

    No gradient reaches them, and other values in them change nothing. The model keeps its weights;
    one that fails in between is told whole.
    """
    try:
        unused = _unused(model, x)
    except WorkerError:
        return model.model
    used = tuple(each for each in model.model.parameters if each.name not in unused)
    return model.model.model_copy(update={"parameters": used})


def _unused(model: StudentModel, x: Tensor) -> frozenset[str]:
    scores = model.scores(x)
    _, reached = model.gradients(x, torch.ones_like(scores))
    before = {name: w for name, w in model.weights().items() if name not in reached}
    if not before:
        return frozenset()
    generator = torch.Generator().manual_seed(0)
    model.set_weights(
        {name: torch.randn(w.shape, generator=generator).to(w.dtype) for name, w in before.items()}
    )
    changed = model.scores(x)
    model.set_weights(before)
    same = changed.dtype == scores.dtype and torch.equal(scores, changed)
    return frozenset(before) if same else frozenset()
