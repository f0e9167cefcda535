"""The truth of HW 05.

`facts` are what a student may know, and are named here. `solution` is what a correct submission
computes, `experiment` the reference's own trainings: only the trusted side may import these, they
never enter a process that runs student code, and they are in nothing that is handed out.
"""

from reference.facts import Params, ParamShapes, fan_in, kaiming_std, param_shapes

__all__ = ["ParamShapes", "Params", "fan_in", "kaiming_std", "param_shapes"]
