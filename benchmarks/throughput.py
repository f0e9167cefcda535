"""A large class without training: does it slow down, does memory grow, is a slot ever idle?

python benchmarks/throughput.py
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from workers import ROOT

SAMPLE = "correct"  # one kind: the longest are graded first, and so parts of a mixture differ
TICK = 0.25


@dataclass(frozen=True)
class Moment:
    """At so many seconds so many results were there, and the scheduler held so much memory."""

    seconds: float
    results: int
    memory: float


def main() -> None:
    """Print what the class took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        handed_in, out = Path(folder) / "class", Path(folder) / "out"
        make_class(handed_in, options.submissions)
        report(grade(handed_in, out, options.jobs), busy_seconds(out), options.jobs)


def make_class(folder: Path, many: int) -> None:
    """Copies of a sample, each with bytes of its own."""
    for number in range(many):
        copy = folder / f"{number:04}"
        shutil.copytree(ROOT / "submissions" / SAMPLE, copy)
        for script in copy.glob("*.py"):
            script.write_text(f"# Number {number}.\n{script.read_text()}")


def grade(handed_in: Path, out: Path, jobs: int) -> list[Moment]:
    """Grade them, looking on."""
    command = [
        sys.executable, "-m", "grader", "grade", str(handed_in), "--out", str(out),
        "--no-train", "--data", "synthetic", "--jobs", str(jobs),
    ]  # fmt: skip
    started = time.perf_counter()
    moments: list[Moment] = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            seconds = time.perf_counter() - started
            moments.append(Moment(seconds, count_results(out), memory_of(process.pid)))
            time.sleep(TICK)
    return moments


def count_results(out: Path) -> int:
    """How many submissions have a result."""
    try:
        return sum(1 for _ in (out / "submissions").iterdir())
    except FileNotFoundError:
        return 0


def memory_of(pid: int) -> float:
    """Proportional memory of a process in MB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def busy_seconds(out: Path) -> float:
    """Seconds that the slots spent on submissions, all together."""
    results = out.glob("submissions/*/result.json")
    return sum(json.loads(path.read_text())["timing"]["seconds"] for path in results)


def report(moments: Sequence[Moment], busy: float, jobs: int) -> None:
    """Print the figures, for each fifth of the class."""
    many = moments[-1].results
    first = next(m for m in moments if m.results)  # what came before it is starting up
    ends = [next(m for m in moments if m.results >= many * n // 5) for n in range(1, 6)]
    graded = ends[-1].seconds - first.seconds
    print(f"{many} submissions, {jobs} slots, {ends[-1].seconds:.0f} s")
    print(
        f"start-up and the first {first.seconds:.1f} s, then {graded * jobs / many:.2f} a slot each"
    )
    rates = []
    for number, (begun, ended) in enumerate(pairwise([first, *ends])):
        while_there = [m.memory for m in moments if begun.results <= m.results <= ended.results]
        rates.append((ended.results - begun.results) / (ended.seconds - begun.seconds))
        memory = statistics.median(while_there)
        print(f"part {number + 1}: {rates[-1]:.2f} a second, scheduler {memory:.0f} MB")
    print(f"the last part's rate by the first's {rates[-1] / rates[0]:.3f}")
    print(f"slots busy {busy / (jobs * graded):.0%}")


if __name__ == "__main__":
    main()
