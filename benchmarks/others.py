"""Seconds a submission of torchgrade, otter-grader and nbgrader, side by side, on the same checks.

    python benchmarks/others.py [--environments DIR] [--submissions 100] [--rounds 1]

The submission is the sample notebook without what would train or download: its loaders are empty,
so that the one training call left, by which torchgrade knows Part II's params, ends at once for
everybody. The ten checks are those that need no training: torchgrade's own, under a rubric of
nothing else, and for the other two benchmarks/other_checks.py, the same as plain asserts.

The others are used as their documentation says: `otter run`, once for each submission, with an
autograder.zip of OK-format tests from `otter generate` (`otter grade`, for a whole class, asks for
Docker); `nbgrader autograde`, once for the class, with hidden tests in the released notebook. Both
run the notebook and the checks in one kernel; torchgrade isolates the student's code from its
checks and writes a report for each submission besides. Each lives in an environment of its own
from the package registry, which finds torch in ours through a .pth file, behind its own packages.

All have one thread and grade one submission at a time. torchgrade's and nbgrader's start-up is
told from the cost of a submission by grading a few and many; `otter run` starts anew each time.
torchgrade's own processes overlap on a second core, which core-seconds leave out of account.
Where the machine does other work besides (the load is printed), only core-seconds tell much.
Before anything is timed, each must give a correct submission all ten checks, one without a ReLU
eight, and one that is wrong throughout none.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core_time import CoreTime
from other_graders import (
    CHECKS,
    Class,
    Entrant,
    Passed,
    call,
    environment,
    nbgrader_entrant,
    otter_entrant,
    submission,
    torchgrade_entrant,
)
from workers import ROOT

FEW = 2
SINGLE_SHARE = 4
"""A grader that is called for each submission anew grades so much fewer: its calls are alike."""

MISSING_RELU = {
    "h = F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))":
    "h = F.conv2d(h, conv_w2, conv_b2, padding=1)",
}  # fmt: skip
ALL_WRONG = {
    **MISSING_RELU,
    "return x.view(N, -1)": "return x.reshape(-1, N)",
    "scores = flatten(h).mm(fc_w) + fc_b": "scores = (h.reshape(len(h), -1).mm(fc_w) + fc_b).t()",
    "np.sqrt(2.0 / fan_in)": "np.sqrt(1.0 / fan_in)",
    "nn.Conv2d(channel_1, channel_2, 3, padding=1)":
    "nn.Conv2d(channel_1, channel_2, 5, padding=2)",
}  # fmt: skip
VARIANTS: dict[str, tuple[dict[str, str], int]] = {
    "correct": ({}, 10), "missing_relu": (MISSING_RELU, 8), "all_wrong": (ALL_WRONG, 0),
}  # fmt: skip
"""What is replaced, and how many checks it must pass: the ReLU costs values and gradients."""


@dataclass(frozen=True)
class Cost:
    """Of one call of a grader: wall clock and core time, in seconds, for so many submissions."""

    submissions: int
    seconds: float
    core_seconds: float


@dataclass(frozen=True)
class Row:
    """What one submission costs, and what comes once before the first, in seconds."""

    seconds: float
    core_seconds: float
    start_up: float


def main() -> None:
    """Verify all three, time them in turn, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, default=ROOT / ".cache" / "others")
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    if options.submissions <= FEW:
        parser.error(f"--submissions: more than {FEW}")
    with tempfile.TemporaryDirectory() as name:
        otter = environment(options.environments.resolve() / "otter", "otter-grader")
        nbgrader = environment(options.environments.resolve() / "nbgrader", "nbgrader")
        home = Path(name) / "home"
        entrants = [
            torchgrade_entrant(Path(name)),
            otter_entrant(Path(name), otter, home),
            nbgrader_entrant(Path(name), nbgrader, home),
        ]
        print_versions({"otter-grader": otter, "nbgrader": nbgrader})
        core_time = CoreTime()
        for entrant in entrants:
            verify(entrant, core_time)
        costs: dict[str, list[Cost]] = {entrant.name: [] for entrant in entrants}
        for turn in range(options.rounds):
            # There and back: what else the machine does, rising or falling, hits both sizes alike.
            for many in (FEW, options.submissions)[:: -1 if turn % 2 else 1]:
                for entrant in entrants:
                    count = many if entrant.whole_class else max(1, many // SINGLE_SHARE)
                    costs[entrant.name].append(timed(entrant, count, core_time))
    print_table(entrants, costs)


def verify(entrant: Entrant, core_time: CoreTime) -> None:
    """End the benchmark unless right and wrong submissions get what they deserve."""
    class_ = {name: submission(name, replaced) for name, (replaced, _) in VARIANTS.items()}
    passed, _ = graded(entrant, class_, core_time)
    expected = {name: count for name, (_, count) in VARIANTS.items()}
    if passed != expected:
        raise SystemExit(f"{entrant.name} gave {passed}; expected of its checks: {expected}")
    print(f"{entrant.name} passed of {len(CHECKS)}: {passed}", flush=True)


def timed(entrant: Entrant, count: int, core_time: CoreTime) -> Cost:
    """Grade that many correct submissions, which must all get everything."""
    class_ = {f"student{each:03}": submission(f"{each}", {}) for each in range(count)}
    passed, cost = graded(entrant, class_, core_time)
    if passed != dict.fromkeys(class_, len(CHECKS)):
        raise SystemExit(f"{entrant.name} gave correct submissions {passed}")
    taken = f"{cost.seconds:.1f} s, {cost.core_seconds:.1f} core-s"
    print(f"{entrant.name}, {count}: {taken}, load {os.getloadavg()[0]:.1f}", flush=True)
    return cost


def graded(entrant: Entrant, class_: Class, core_time: CoreTime) -> tuple[Passed, Cost]:
    """Grade a class in a fresh folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        entrant.prepare(folder, class_)
        commands = entrant.commands(folder)
        started, core_started = time.perf_counter(), core_time.seconds()
        for command in commands:
            call(command, folder, entrant.environ)
        seconds = time.perf_counter() - started
        cost = Cost(len(class_), seconds, core_time.seconds() - core_started)
        return entrant.passed(folder), cost


def print_versions(environments: Mapping[str, Path]) -> None:
    """Of the graders, and of what they share."""
    found = [f"torchgrade {version('torchgrade')}"]
    for package, folder in environments.items():
        ask = f"from importlib.metadata import version; print(version({package!r}))"
        python = str(folder / "bin" / "python")
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
        found.append(f"{package} {answer.stdout.strip()}")
    found += [f"torch {version('torch')}", f"Python {platform.python_version()}"]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    print(f"{', '.join(found)}; {machine}", flush=True)


def print_table(entrants: list[Entrant], costs: Mapping[str, list[Cost]]) -> None:
    """A row for each grader; times torchgrade's by what a submission costs past the start-up."""
    rows = {
        each.name: (slope if each.whole_class else average)(costs[each.name]) for each in entrants
    }
    ours = rows["torchgrade"]
    print("| grader | s a submission | times ours | core-s a submission | times ours | start-up |")
    print("| --- | --- | --- | --- | --- | --- |")
    for each in entrants:
        row = rows[each.name]
        start_up = f"{row.start_up:.1f} s" if each.whole_class else "in each"
        print(
            f"| {each.name} | {row.seconds:.2f} | {row.seconds / ours.seconds:.1f} "
            f"| {row.core_seconds:.2f} | {row.core_seconds / ours.core_seconds:.1f} | {start_up} |"
        )


def slope(costs: list[Cost]) -> Row:
    """Of graders that grade a class in one call: medians of few and of many, and their slope."""
    few, *_, many = sorted({each.submissions for each in costs})
    at = {count: [each for each in costs if each.submissions == count] for count in (few, many)}
    seconds = {count: statistics.median(each.seconds for each in at[count]) for count in at}
    core = {count: statistics.median(each.core_seconds for each in at[count]) for count in at}
    each_seconds = (seconds[many] - seconds[few]) / (many - few)
    each_core = (core[many] - core[few]) / (many - few)
    return Row(each_seconds, each_core, seconds[few] - few * each_seconds)


def average(costs: list[Cost]) -> Row:
    """Of graders that start anew for each submission."""
    count = sum(each.submissions for each in costs)
    seconds = sum(each.seconds for each in costs)
    return Row(seconds / count, sum(each.core_seconds for each in costs) / count, 0.0)


if __name__ == "__main__":
    main()
