"""The truth of HW 05: what a correct submission computes.

Only the trusted side may import this package; it never enters a process that runs student code.
"""

from reference.solution import (
    Params,
    flatten,
    kaiming_std,
    three_layer_convnet,
)

__all__ = ["Params", "flatten", "kaiming_std", "three_layer_convnet"]
