"""Gradients of the reference, to compare a student's with."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.checks.cases import ConvnetInput
from reference import Params, three_layer_convnet


def reference_gradients(case: ConvnetInput) -> tuple[Tensor, Params]:
    """d sum(scores * upstream) / d x, and the same by each parameter."""
    x = case.x.clone().requires_grad_()
    params = Params(*(param.clone().requires_grad_() for param in case.params))
    total = (three_layer_convnet(x, params) * case.upstream).sum()
    x_gradient, *gradients = torch.autograd.grad(total, [x, *params])
    return x_gradient, Params(*gradients)
