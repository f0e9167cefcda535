"""The rubric: every point, threshold, budget and tolerance of the assignment.

Anyone on the trusted side may import it; it imports nothing but the names of the runs.
"""

from grader.rubric.loading import KnownCheck, default_rubric, load_rubric
from grader.rubric.models import (
    Assignment,
    CheckSpec,
    Constructor,
    ConvnetCase,
    Images,
    Integrity,
    Layers,
    Limits,
    OptimizerRule,
    Question,
    Rubric,
    RunSpec,
    Settings,
    Tolerances,
    Training,
    Visibility,
)

__all__ = [
    "Assignment",
    "CheckSpec",
    "Constructor",
    "ConvnetCase",
    "Images",
    "Integrity",
    "KnownCheck",
    "Layers",
    "Limits",
    "OptimizerRule",
    "Question",
    "Rubric",
    "RunSpec",
    "Settings",
    "Tolerances",
    "Training",
    "Visibility",
    "default_rubric",
    "load_rubric",
]
