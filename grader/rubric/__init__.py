"""The rubric: every point, threshold, budget and tolerance of the assignment.

Anyone on the trusted side may import it; it imports nothing but the names of the runs.
"""

from grader.rubric.loading import KnownCheck, default_rubric, load_rubric
from grader.rubric.models import (
    Assignment,
    CaseRule,
    CheckSpec,
    Constructor,
    ConstructorRule,
    Container,
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
    Size,
    Tolerances,
    Training,
)

__all__ = [
    "Assignment",
    "CaseRule",
    "CheckSpec",
    "Constructor",
    "ConstructorRule",
    "Container",
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
    "Size",
    "Tolerances",
    "Training",
    "default_rubric",
    "load_rubric",
]
