"""What isolation costs: the same work with every layer and with none, in turn, in one run.

python benchmarks/isolation.py
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workers import ROOT, worker_server

from grader.checks.catalogue import known_checks
from grader.data import open_store
from grader.grading import Grader, Options
from grader.intake import read_submission
from grader.rubric import default_rubric, load_rubric
from grader.sandbox.layers import ORDER, IsolationConfig
from grader.sandbox.student import Student
from grader.sandbox.workers import Worker


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
        grader = Grader(rubric, store, server.control, Options(scratch=Path(scratch)))
        prepared = grader._student(submission, submission.cells)

        def student(layers: tuple[str, ...]) -> Student:
            def start(folder: Path) -> Worker:
                limits = rubric.limits
                order = IsolationConfig(
                    scratch=str(folder),
                    readable=grader._readable(None),
                    memory_bytes=limits.memory_mb << 20,
                    file_bytes=limits.file_mb << 20,
                    scratch_bytes=limits.scratch_mb << 20,
                    scratch_files=limits.scratch_files,
                    cpu_seconds=3600,
                    layers=layers,
                )
                return Worker(server.control, order)

            return replace(prepared, start_worker=start)

        def load(layers: tuple[str, ...]) -> float:
            started = time.perf_counter()
            with student(layers) as opened:
                assert opened.loaded.errors == ()
            return time.perf_counter() - started

        def train(layers: tuple[str, ...]) -> float:
            with student(layers) as opened:
                target = next(
                    each.target
                    for each in opened.loaded.recorded
                    if each.model is not None and each.model.type_name == "ThreeLayerConvNet"
                )
                started = time.perf_counter()
                opened.train(
                    [target], seed=1, epochs=1, pauses_per_epoch=8, threads=1,
                    on_pause=lambda at: True,
                )  # fmt: skip
                return time.perf_counter() - started

        compare("start, load and end of a submission's worker", load, options.submissions)
        compare("one epoch of the module run", train, options.trainings)


def compare(title: str, measure: Callable[[tuple[str, ...]], float], times: int) -> None:
    """Measure in turn, and print medians, their difference and their ratio."""
    measure(ORDER)  # the first one touches pages that the others find in memory
    pairs = [(measure(()), measure(ORDER)) for _ in range(times)]
    without, full = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(
        f"{title}: {1000 * without:.1f} ms without, {1000 * full:.1f} ms with every layer: "
        f"{1000 * (full - without):+.1f} ms, median ratio {ratio:.3f} over {times} pairs"
    )


if __name__ == "__main__":
    main()
