"""A batch whose processes are killed at random moments, resumed until it is done.

Every kind of process is killed in turn: scheduler, launcher, examiner, keeper, worker. Afterwards
every result must be, but for its timing, what an undisturbed grading gives, and nothing may be
left: no process, no temporary file.

    python benchmarks/kills.py [--kills 50] [--submissions 24]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workers import ROOT

KINDS = ("scheduler", "launcher", "examiner", "keeper", "worker")
PAUSE_SECONDS = (0.3, 4.0)
"""Between two kills: at least, at most."""


def main() -> None:
    """Grade twice, once with kills, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--submissions", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name), Path(name) / "scratch"
        scratch.mkdir()
        make_class(folder / "class", options.submissions)
        started = time.monotonic()
        start(folder, "undisturbed", scratch).wait()
        print(f"undisturbed: {time.monotonic() - started:.0f} s")
        draw = random.Random(options.seed)
        killed = dict.fromkeys(KINDS, 0)
        rounds = 0
        while sum(killed.values()) < options.kills:
            rounds += 1
            grading = start(folder, "disturbed", scratch)
            while grading.poll() is None and sum(killed.values()) < options.kills:
                time.sleep(draw.uniform(*PAUSE_SECONDS))
                kind = KINDS[sum(killed.values()) % len(KINDS)]
                if kill(grading.pid, kind, draw):
                    killed[kind] += 1
            if sum(killed.values()) < options.kills and grading.wait() == 0:
                # It ended before all kills were made: what it has graded is graded again.
                shutil.rmtree(folder / "disturbed")
            grading.wait()
        start(folder, "disturbed", scratch).wait()
        print(f"killed: {killed}; started {rounds + 1} times")
        report(folder, scratch)


def make_class(folder: Path, submissions: int) -> None:
    """Copies of the samples, in turn, that differ in a comment; a hanging one would take long."""
    samples = [path for path in sorted((ROOT / "submissions").iterdir()) if path.is_dir()]
    samples = [path for path in samples if path.name != "hangs" and list(path.glob("*.py"))]
    for number in range(submissions):
        target = folder / f"student{number:03}"
        shutil.copytree(samples[number % len(samples)], target)
        with next(target.glob("*.py")).open("a") as source:
            source.write(f"\n# {number}\n")


def start(folder: Path, out: str, scratch: Path) -> subprocess.Popen[bytes]:
    """`torchgrade grade`, without training."""
    command = [sys.executable, "-m", "grader", "grade", str(folder / "class")]
    command += ["--out", str(folder / out), "--data", "synthetic", "--no-train"]
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(scheduler: int, kind: str, draw: random.Random) -> bool:
    """Kill a process of that kind, if there is one."""
    found = {"scheduler": [scheduler], "launcher": children(scheduler)}
    below = [pid for launcher in found["launcher"] for pid in children(launcher)]
    found["keeper"] = [pid for pid in below if children(pid)]
    found["examiner"] = [pid for pid in below if not children(pid)]
    found["worker"] = [pid for keeper in found["keeper"] for pid in children(keeper)]
    if not found[kind]:
        return False
    try:
        os.kill(draw.choice(found[kind]), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def children(pid: int) -> list[int]:
    """The processes whose parent that one is."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            fields = (directory / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(directory.name))
    return found


def report(folder: Path, scratch: Path) -> None:
    """How the results compare, and what is left."""
    differing = [
        path.parent.name
        for path in sorted((folder / "undisturbed" / "submissions").glob("*/result.json"))
        if scored(path) != scored(folder / "disturbed" / path.relative_to(folder / "undisturbed"))
    ]
    total = len(list((folder / "undisturbed" / "submissions").iterdir()))
    print(f"results that differ: {len(differing)} of {total} {' '.join(differing)}")
    halves = list((folder / "disturbed").rglob("*-tmp"))
    print(f"half-written files: {len(halves)}; temporary files: {len(list(scratch.iterdir()))}")
    left = [
        directory.name
        for directory in Path("/proc").glob("[0-9]*")
        if str(scratch).encode() in environment(directory)
    ]
    print(f"processes left: {len(left)}")


def scored(path: Path) -> dict[str, object]:
    """A result without its timing."""
    result: dict[str, object] = json.loads(path.read_text())
    del result["timing"]
    return result


def environment(directory: Path) -> bytes:
    """Of a process; launchers and all below them have the scratch folder in it."""
    try:
        return (directory / "environ").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    main()
