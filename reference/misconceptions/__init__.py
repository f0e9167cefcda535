"""What is often got wrong in HW 05: each mistake as a variant of the reference, and in words.

::

    network.py      the three-layer ConvNet: a `Network` that computes something else
    flattening.py   `flatten`: a function that lays out something else
    weights.py      the initialisation: another distribution
    settings.py     what is read off: optimizers, biases, sizes
    trainings.py    what a training does that misses its threshold

A mistake is named only where it reproduces what a student's code returned, and no other one does:
see `grader/diagnosis`. Like `solution`, only the trusted side may import this.
"""

from collections.abc import Mapping
from types import MappingProxyType

from reference.misconceptions.flattening import FLATTENINGS
from reference.misconceptions.network import NETWORKS
from reference.misconceptions.settings import SETTINGS
from reference.misconceptions.texts import Misconception
from reference.misconceptions.trainings import TRAININGS
from reference.misconceptions.weights import WEIGHTS

MISCONCEPTIONS: Mapping[str, Misconception] = MappingProxyType(
    {each.id: each for each in (*FLATTENINGS, *NETWORKS, *WEIGHTS, *SETTINGS, *TRAININGS)}
)

__all__ = [
    "FLATTENINGS",
    "MISCONCEPTIONS",
    "NETWORKS",
    "SETTINGS",
    "TRAININGS",
    "WEIGHTS",
    "Misconception",
]
