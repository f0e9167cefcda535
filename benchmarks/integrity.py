"""What honest work looks like to the rules of `integrity` in rubric.yaml.

Trains every correct submission, and prints for each run the accuracy before its first step, its
best, the share of it that remains on unseen, disturbed images, the share of its accuracy at the
first (or last suspicious) measurement that it reaches again from shuffled weights on exchanged
labels, and its processor time by the reference's for the whole budget:

    python benchmarks/integrity.py [--data imagefolder] [--data-root DIR] [FOLDER ...]
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from workers import ROOT, worker_server

from grader.checks.catalogue import known_checks
from grader.data import open_store
from grader.grading.grader import Grader
from grader.grading.students import Options
from grader.intake import read_submission
from grader.rubric import Rubric, default_rubric, load_rubric
from grader.seeds import derive_seed
from grader.training.attempts import Order
from grader.training.conductor import Conductor
from grader.training.inspector import PRESCRIBED
from grader.training.integrity import suspicious_measurements
from grader.training.measuring import HeldOut


@dataclasses.dataclass(frozen=True)
class Row:
    """One run of one submission."""

    submission: str
    run: str
    start: float
    best: float
    unseen: float | None
    again: float
    work: float
    suspicious: bool

    def __str__(self) -> str:
        kept = f"{self.unseen / self.best:8.2f}" if self.unseen is not None else "       -"
        looked_into = "  looked into" if self.suspicious else ""
        return (
            f"{self.submission[:24]:24} {self.run:19} {self.start:6.3f} {self.best:6.3f} "
            f"{kept} {self.again:6.2f} {self.work:5.1f}{looked_into}"
        )


def measure(rubric: Rubric, grader: Grader, conductor: Conductor, folder: Path) -> Iterator[Row]:
    """Every run of a submission."""
    submission = read_submission(folder)
    with ExitStack() as stack:
        student, understanding = grader.open(submission, stack)
        for name, matched in understanding.runs.items():
            if any(recording.problem for recording in matched.recordings):
                continue
            seed = derive_seed(rubric.assignment, submission.digest, name, 0)
            order = Order(name, matched, rubric.runs[name], 0, seed)
            attempt = conductor.attempt(student, order)
            if not attempt.curve or attempt.best is None:
                continue
            leaps = suspicious_measurements(attempt.curve, order.spec.threshold, rubric.integrity)
            at = leaps[-1] if leaps else min(1, len(attempt.curve) - 1)
            shuffled = dataclasses.replace(order, shuffled=True)
            with grader.trainers.exchanged(student, seed, 0) as (other, called):
                (again,) = conductor.accuracies_at(other, shuffled, [at], called, math.inf) or [0.0]
            yield Row(
                submission.id, name, attempt.curve[0].val_accuracy, attempt.best,
                None if attempt.unseen is None else attempt.unseen.accuracy,
                again / attempt.curve[at].val_accuracy,
                attempt.cpu_seconds / (attempt.work_epochs * grader.trainers.reference_seconds),
                bool(leaps),
            )  # fmt: skip


def main() -> None:
    """Print a row a run, and the extremes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="synthetic")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    folders = options.folders or [
        ROOT / "submissions" / "correct",
        *sorted(path.parent for path in (ROOT / "tests" / "variants").glob("*/expect.yaml")),
    ]
    rubric = load_rubric(default_rubric(), known_checks())
    store = open_store(options.data, options.data_root)
    threads = len(os.sched_getaffinity(0))
    held_out = HeldOut(store, threads=threads, unseen=rubric.integrity.unseen_images)
    conductor = Conductor(held_out, rubric.training, threads, lambda _: None)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch, worker_server() as server:
        grader = Grader(
            rubric, store, server.control, Options(threads=threads, scratch=Path(scratch))
        )
        print(f"{'submission':24} {'run':19}  start   best   unseen  again  work")
        for folder in folders:
            for row in measure(rubric, grader, conductor, folder):
                rows.append(row)
                print(row, flush=True)
    print(f"largest start {max(row.start for row in rows):.3f}")
    print(f"largest work {max(row.work for row in rows if row.run in PRESCRIBED):.1f}")
    print(f"smallest unseen {min(r.unseen / r.best for r in rows if r.unseen is not None):.2f}")
    looked_into = [row.again for row in rows if row.suspicious]
    print(f"smallest again {min(row.again for row in rows):.2f}; where looked into {looked_into}")
    print(f"looked into {sum(row.suspicious for row in rows)} of {len(rows)}")


if __name__ == "__main__":
    main()
