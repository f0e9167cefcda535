"""What isolation costs: the same work with every layer and in a bare process, in turn.

python benchmarks/isolation.py
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from workers import ROOT, worker_server

from grader.checks.catalogue import known_checks
from grader.choices import Mode
from grader.data import open_store
from grader.grading.grader import Grader
from grader.grading.students import Options
from grader.intake import read_submission
from grader.rubric import default_rubric, load_rubric

MODES_COMPARED: tuple[Mode, Mode] = ("process", "full")


def main() -> None:
    """Print seconds with and without, and how they compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=30)
    parser.add_argument("--trainings", type=int, default=6)
    parser.add_argument("--data-root", type=Path)
    options = parser.parse_args()
    rubric = load_rubric(default_rubric(), known_checks())
    store = open_store("synthetic", options.data_root)
    submission = read_submission(ROOT / "submissions" / "correct" / "homework.py")
    with tempfile.TemporaryDirectory() as scratch, worker_server() as server:
        graders = {
            mode: Grader(
                rubric, store, server.control, Options(scratch=Path(scratch), isolation=mode)
            )
            for mode in MODES_COMPARED
        }

        def load(mode: Mode) -> float:
            started = time.perf_counter()
            with ExitStack() as stack:
                graders[mode].open(submission, stack)
            return time.perf_counter() - started

        def train(mode: Mode) -> float:
            with ExitStack() as stack:
                student, understanding = graders[mode].open(submission, stack)
                started = time.perf_counter()
                student.train(
                    [understanding.runs["module"].last.target], seed=1, epochs=1,
                    pauses_per_epoch=8, threads=1, on_pause=lambda at: True,
                )  # fmt: skip
                return time.perf_counter() - started

        compare("start, load, look at and end a submission's worker", load, options.submissions)
        compare("one epoch of the module run", train, options.trainings)


def compare(title: str, measure: Callable[[Mode], float], times: int) -> None:
    """Measure in turn, and print medians, their difference and their ratio."""
    without, full = MODES_COMPARED
    measure(full)  # the first one touches pages that the others find in memory
    pairs = [(measure(without), measure(full)) for _ in range(times)]
    a, b = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(after / before for before, after in pairs)
    print(
        f"{title}: {a:.1f} ms in a bare process, {b:.1f} ms with every layer: {b - a:+.1f} ms, "
        f"median ratio {ratio:.3f} over {times} pairs"
    )


if __name__ == "__main__":
    main()
