"""What can be chosen on the command line. Nothing is imported for it, so that --help is quick."""

from __future__ import annotations

from typing import Literal, get_args

DataChoice = Literal["auto", "cifar10", "imagefolder", "synthetic"]

LayoutName = Literal[
    "gradescope", "blackboard", "moodle", "canvas", "korean", "github-classroom", "plain"
]

Mode = Literal["full", "container", "process"]
"""Which layers are tried.

full: all. container: what an unprivileged container has, where no namespace can be made. process:
what every Unix has. The weaker ones are there for the tests, on a machine that offers more.
"""

Language = Literal["en", "ko"]
"""What students' sentences are written in: those that `grader.language` has a catalogue for."""

ContainerSize = Literal["small", "large"]
"""How much a container is given; what that means stands in the rubric."""

Platform = Literal["canvas", "moodle", "blackboard"]
"""A learning platform whose gradebook is filled in."""

ExportKind = Literal["csv", "xlsx", "junit", "feedback", "canvas", "moodle", "blackboard"]
"""What is written: scores for a file of one's own or a platform (typer takes no union), or the
reports for the platform that the work came from."""
RunName = Literal["barebones", "module", "sequential_fc", "sequential_convnet", "challenge"]
RUN_NAMES: tuple[RunName, ...] = get_args(RunName)
"""The training runs, in the order of the homework."""
