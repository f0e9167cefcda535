"""The truth of HW 05: what a correct submission computes.

Only the trusted side may import this package; it never enters a process that runs student code.
"""

from reference.solution import (
    Params,
    ParamShapes,
    fan_in,
    flatten,
    kaiming_std,
    param_shapes,
    pre_activations,
    three_layer_convnet,
)

__all__ = [
    "ParamShapes",
    "Params",
    "fan_in",
    "flatten",
    "kaiming_std",
    "param_shapes",
    "pre_activations",
    "three_layer_convnet",
]
