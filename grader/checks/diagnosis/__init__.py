"""Which mistake is it? From the numbers alone that a student's code returned.

::

    networks.py   the three-layer ConvNet: variants of the reference, one mistake or two, that give
                  the same scores for several drawn probes
    stages.py     where none does: the first part of the network from which the numbers differ,
                  found by weights that leave only one part anything to do
    sizes.py      a product that cannot be computed: which height and width the maps must have had
    tables.py     flatten, gradients and weights: variants that give the same tensors

Nothing is named that another mistake explains as well. All of it runs on the trusted side, only
after a check has failed, and changes no points but those that a rubric grants for a mistake. So
what a student's code is asked with is drawn anew for every submission.
"""

from grader.checks.diagnosis.diagnosing import Diagnoser

__all__ = ["Diagnoser"]
