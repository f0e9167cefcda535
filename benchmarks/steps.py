"""A training step of each of the homework's five networks: here, in the notebook, and in torch.mm.

python benchmarks/steps.py

The limit is the time that as many multiply-adds take in one large torch.mm. All of it alternates,
on one thread, in one run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import torch
from workers import ROOT, worker_server

from grader.checks.catalogue import known_checks
from grader.choices import DataChoice
from grader.data import open_store
from grader.grading.grader import Grader
from grader.grading.students import Options
from grader.intake import read_submission
from grader.protocol import messages as m
from grader.results import RunName
from grader.rubric import default_rubric, load_rubric

SUBMISSION = "submissions/correct"
# The sample's training passes in order: the given networks of Parts II and III come before ours.
PASSES: dict[RunName, int] = {
    "barebones": 1, "module": 3, "sequential_fc": 4, "sequential_convnet": 5, "challenge": 6,
}  # fmt: skip
PAUSES, SPANS = 24, 5
SIZE = 1024


def main() -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default="auto")
    parser.add_argument("--data-root", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rates, ours, plain = [], [], []
    with opened_grader(options.data, options.data_root) as grader:
        for _ in range(options.rounds):
            rates.append(multiply_adds_a_second())
            ours.append(steps_here(grader))
            plain.append(steps_of_the_notebook(options))
    rate = statistics.median(rates)
    print(f"torch.mm of {SIZE} x {SIZE}: {rate / 1e9:.1f} billion multiply-adds a second\n")
    print("| network | multiply-adds | limit | here | here / limit | notebook | notebook / here |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, position in PASSES.items():
        here = statistics.median(each[name] for each in ours)
        there = statistics.median(each[position]["step"] for each in plain)
        multiply_adds = plain[0][position]["multiply_adds"]
        limit = multiply_adds / rate
        print(
            f"| {name} | {multiply_adds / 1e6:,.0f} M | {limit * 1e3:.1f} ms | {here * 1e3:.1f} ms "
            f"| {here / limit:.2f} | {there * 1e3:.1f} ms | {there / here:.2f} |",
            flush=True,
        )


@contextmanager
def opened_grader(data: DataChoice, root: Path | None) -> Iterator[Grader]:
    """A grader with a worker server of its own."""
    rubric = load_rubric(default_rubric(), known_checks())
    with tempfile.TemporaryDirectory() as scratch, worker_server() as server:
        store = open_store(data, root)
        yield Grader(rubric, store, server.control, Options(scratch=Path(scratch)))


def multiply_adds_a_second() -> float:
    """Of one large matrix product on one thread."""
    a, b = torch.randn(SIZE, SIZE), torch.randn(SIZE, SIZE)
    spans = []
    for _ in range(20):
        started = time.perf_counter()
        torch.mm(a, b)
        spans.append(time.perf_counter() - started)
    return SIZE**3 / statistics.median(spans)


def steps_here(grader: Grader) -> dict[RunName, float]:
    """Seconds of a step of each run in a worker, its loader included."""
    steps: dict[RunName, float] = {}
    with ExitStack() as stack:
        student, understood = grader.open(read_submission(ROOT / SUBMISSION), stack)
        for name in PASSES:
            with student.fresh(1) as fresh:
                at: list[tuple[int, float]] = []

                def note(pause: m.Paused, at: list[tuple[int, float]] = at) -> bool:
                    at.append((pause.iteration, time.perf_counter()))
                    return len(at) <= SPANS

                fresh.train(
                    understood.runs[name].targets,
                    seed=1, epochs=1, pauses_per_epoch=PAUSES, threads=1, on_pause=note,
                )  # fmt: skip
            spans = itertools.pairwise(at)
            steps[name] = statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in spans)
    return steps


def steps_of_the_notebook(options: argparse.Namespace) -> list[dict[str, float]]:
    """The same of every training pass of plain execution."""
    command = [sys.executable, str(ROOT / "benchmarks" / "plain.py"), SUBMISSION]
    command += ["--threads", "1", "--data", options.data]
    if options.data_root is not None:
        command += ["--data-root", str(options.data_root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    passes: list[dict[str, float]] = json.loads(ended.stdout.splitlines()[-1])["passes"]
    return passes


if __name__ == "__main__":
    main()
