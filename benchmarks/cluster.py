"""A class on a Dask cluster of this machine beside the same class without: time, results, kills.

    python benchmarks/cluster.py time [--submissions 60] [--workers 2] [--rounds 2]
    python benchmarks/cluster.py kills [--submissions 200] [--workers 2] [--kills 20]

`time` grades both ways in turn. `kills` ends Dask's workers at random moments of one grading;
afterwards every result must be what an undisturbed grading gives, each must have been written once,
and no process may be left.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kills import children, environment, make_class, scored

PAUSE_SECONDS = (3.0, 12.0)
"""Between two kills: at least, at most."""
END_SECONDS = 2.0
"""In which Python's resource tracker notices that its parent has ended."""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["time", "kills"])
    parser.add_argument("--submissions", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scratch").mkdir()
        many = options.submissions or (60 if options.what == "time" else 200)
        make_class(folder / "class", many)
        if options.what == "time":
            compare_times(folder, many, options.workers, options.rounds)
        else:
            kill_workers(folder, options.workers, options.kills, random.Random(options.seed))


def compare_times(folder: Path, many: int, workers: int, rounds: int) -> None:
    """Grade on this machine's slots and on as many of Dask's, in turn."""
    ways = {"slots": ["--jobs", str(workers)], "cluster": ["--cluster", f"local:{workers}"]}
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _round in range(rounds):
        for way, arguments in ways.items():
            shutil.rmtree(folder / way, ignore_errors=True)
            started = time.monotonic()
            code = start(folder, way, arguments).wait()
            seconds[way].append(time.monotonic() - started)
            print(f"{way}: {seconds[way][-1]:.1f} s, exit code {code}", flush=True)
    for way, took in seconds.items():
        print(f"{way}: median {statistics.median(took) / many:.3f} s a submission")
    ratio = statistics.median(seconds["cluster"]) / statistics.median(seconds["slots"])
    print(f"cluster / slots: {ratio:.3f}")
    report(folder, "slots", "cluster")


def kill_workers(folder: Path, workers: int, kills: int, draw: random.Random) -> None:
    """Grade with kills and without, and compare."""
    arguments = ["--cluster", f"local:{workers}"]
    grading = start(folder, "disturbed", arguments)
    killed = 0
    while killed < kills and grading.poll() is None:
        time.sleep(draw.uniform(*PAUSE_SECONDS))
        dask = dask_workers(grading.pid)
        if dask:
            os.kill(draw.choice(dask), signal.SIGKILL)
            killed += 1
    code = grading.wait()
    print(f"killed: {killed} Dask workers; exit code {code}", flush=True)
    for seconds in (0.0, END_SECONDS):
        time.sleep(seconds)
        names = [read(Path(f"/proc/{pid}/cmdline")).decode().split("\0") for pid in left(folder)]
        print(f"processes left after {seconds:g} s: {len(names)} {names or ''}")
    finished = {log.parent.name: log.read_text().count(" graded: ") + log.read_text().count(
        " not graded: ") for log in (folder / "disturbed").rglob("grading.log")}  # fmt: skip
    twice = [name for name, times in finished.items() if times != 1]
    print(f"graded another number of times than once: {len(twice)} {' '.join(twice)}")
    lost = sum(
        log.read_text().count("process was lost")
        for log in (folder / "disturbed").rglob("grading.log")
    )
    print(f"submissions begun again: {lost}")
    start(folder, "undisturbed", ["--jobs", str(workers)]).wait()
    print(f"temporary files: {len(list((folder / 'scratch').glob('torchgrade-*')))}")
    report(folder, "undisturbed", "disturbed")


def start(folder: Path, out: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """`torchgrade grade`, without training."""
    command = [sys.executable, "-m", "grader", "grade", str(folder / "class")]
    command += ["--out", str(folder / out), "--data", "synthetic", "--no-train", *arguments]
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "TMPDIR": str(folder / "scratch")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def dask_workers(grading: int) -> list[int]:
    """Processes of Dask's workers."""
    return [pid for pid in children(grading) if b"spawn_main" in read(Path(f"/proc/{pid}/cmdline"))]


def read(path: Path) -> bytes:
    """A file of a process that may have ended."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def left(folder: Path) -> list[int]:
    """Processes of a grading: all have its scratch folder in their environment."""
    mark = str(folder / "scratch").encode()
    return [int(each.name) for each in Path("/proc").glob("[0-9]*") if mark in environment(each)]


def report(folder: Path, one: str, other: str) -> None:
    """How the results compare."""
    paths = sorted((folder / one / "submissions").glob("*/result.json"))
    differing = [
        path.parent.name
        for path in paths
        if scored(path) != scored(folder / other / path.relative_to(folder / one))
    ]
    there = len(list((folder / other / "submissions").glob("*/result.json")))
    print(f"results: {len(paths)} and {there}; that differ: {len(differing)} {' '.join(differing)}")


if __name__ == "__main__":
    main()
