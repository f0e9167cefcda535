"""Is a threshold fair? What right solutions reach, over many seeds, and how often one would miss.

::

    chances.py   accuracies -> the chance to miss a threshold by the rubric's rule, with a bound
    running.py   trains right solutions (and mistaken ones) as a batch, and writes what came of it

A threshold that fails a correct solution by bad luck is a fault of the rubric.
"""
