"""Gradescope, and every container that works as it does.

::

    instructor's machine                   container
    torchgrade gradescope build  ──zip──>  setup.sh        once: installs, makes the data set
                                           run_autograder  for each submission: results.json

`packing` makes the zip from what is installed; `files` go into it as they are. In the container
`container` grades what lies there by the same engine as everywhere, and `outcome` turns the result
into what Gradescope reads. A results.json that says that grading did not end lies in its place
before anything of ours is run, so that there is a valid one whatever happens.
"""

from grader.gradescope.container import Settings, make_ready, run_here
from grader.gradescope.packing import build

__all__ = ["Settings", "build", "make_ready", "run_here"]
